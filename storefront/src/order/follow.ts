import { useCallback, useEffect, useRef, useState } from 'react';
import { isFinal } from '../../../domain/order';
import { api, type Failure, type Order, orderStreamUrl } from '../api/client';

export interface Followed {
  order: Order | null;
  /** Why the last look failed; null when it did not. */
  failure: Failure | null;
  /** Looks once more, at once: for what changes an order without its status, such as a used download. */
  lookAgain: () => void;
}

/**
 * Follows an order until it is final: reads it, listens to its stream, and when that breaks off reads it again, each time a little later. So a
 * proxy that holds streams back costs some seconds, and a shop that is down for a while nothing but patience.
 */
export function useOrder(sessionId: string): Followed {
  const [order, setOrder] = useState<Order | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const look = useRef(async (): Promise<Order | null> => null);

  useEffect(() => {
    const stop = new AbortController();
    const show = (next: Order) => {
      if (stop.signal.aborted) return;
      setOrder(next);
      setFailure(null);
    };
    look.current = async () => {
      const answer = await api.order(sessionId);
      if (answer.ok) show(answer.value);
      else if (!stop.signal.aborted) setFailure(answer.failure);
      if (answer.ok) return answer.value;
      if (isHopeless(answer.failure)) stop.abort();
      return null;
    };
    void follow(sessionId, () => look.current(), show, stop.signal);
    return () => stop.abort();
  }, [sessionId]);

  const lookAgain = useCallback(() => void look.current(), []);
  return { order, failure, lookAgain };
}

/** An id that means nothing to the shop will not mean more later. */
const isHopeless = ({ status }: Failure): boolean => status === 400 || status === 404;

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

async function follow(
  sessionId: string,
  look: () => Promise<Order | null>,
  show: (order: Order) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const order = await look();
    if (order && isFinal(order.status)) return;
    if (order && !signal.aborted) {
      const last = await listen(sessionId, show, signal);
      if (last && isFinal(last.status)) return;
      if (last) wait = FIRST_WAIT;
    }
    await pause(wait, signal);
  }
}

/** A stream that is alive tells the state as soon as it opens. */
const FIRST_WORD = 5_000;

/** Listens until the stream says that the order is final, breaks off, or stays dumb from the start; the last that it said. */
function listen(sessionId: string, show: (order: Order) => void, signal: AbortSignal): Promise<Order | null> {
  return new Promise((done) => {
    let last: Order | null = null;
    const stream = new EventSource(orderStreamUrl(sessionId));
    const end = () => {
      clearTimeout(dumb);
      signal.removeEventListener('abort', end);
      stream.close();
      done(last);
    };
    const dumb = setTimeout(end, FIRST_WORD);
    signal.addEventListener('abort', end);
    stream.addEventListener('error', end);
    stream.addEventListener('order', ({ data }: MessageEvent<string>) => {
      clearTimeout(dumb);
      last = JSON.parse(data) as Order;
      show(last);
      if (isFinal(last.status)) end();
    });
  });
}

const pause = (ms: number, signal: AbortSignal): Promise<void> =>
  new Promise((done) => {
    const timer = setTimeout(done, ms);
    signal.addEventListener('abort', () => {
      clearTimeout(timer);
      done();
    });
  });
