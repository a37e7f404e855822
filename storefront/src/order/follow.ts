import { useCallback, useEffect, useRef, useState } from 'react';
import { isFinal } from '../../../domain/order';
import { api, type Failure, type Order, orderStreamUrl } from '../api/client';

export interface Followed {
  order: Order | null;
  /** Why the last read failed; null if it succeeded. */
  failure: Failure | null;
  /** Reads the order again now: for changes the stream does not send, such as a used download. */
  refresh: () => void;
}

/**
 * Follows an order until it is final: reads it, listens to its stream, and reads it again whenever the stream breaks
 * off, with growing pauses. A proxy that buffers streams thus costs a few seconds, and an outage of the shop only
 * waiting time.
 */
export function useOrder(sessionId: string): Followed {
  const [order, setOrder] = useState<Order | null>(null);
  const [failure, setFailure] = useState<Failure | null>(null);
  const read = useRef(async (): Promise<Order | null> => null);

  useEffect(() => {
    const stop = new AbortController();
    const show = (next: Order) => {
      if (stop.signal.aborted) return;
      setOrder(next);
      setFailure(null);
    };
    read.current = async () => {
      const answer = await api.order(sessionId);
      if (answer.ok) show(answer.value);
      else if (!stop.signal.aborted) setFailure(answer.failure);
      if (answer.ok) return answer.value;
      if (isHopeless(answer.failure)) stop.abort();
      return null;
    };
    void follow(sessionId, () => read.current(), show, stop.signal);
    return () => stop.abort();
  }, [sessionId]);

  const refresh = useCallback(() => void read.current(), []);
  return { order, failure, refresh };
}

/** An id that the shop does not know now will not become known later. */
const isHopeless = ({ status }: Failure): boolean => status === 400 || status === 404;

const FIRST_WAIT = 1_000;
const LONGEST_WAIT = 15_000;

async function follow(
  sessionId: string,
  read: () => Promise<Order | null>,
  show: (order: Order) => void,
  signal: AbortSignal,
): Promise<void> {
  for (let wait = FIRST_WAIT; !signal.aborted; wait = Math.min(wait * 2, LONGEST_WAIT)) {
    const order = await read();
    if (order && isFinal(order.status)) return;
    if (order && !signal.aborted) {
      const last = await listen(sessionId, show, signal);
      if (last && isFinal(last.status)) return;
      if (last) wait = FIRST_WAIT;
    }
    await pause(wait, signal);
  }
}

/** A working stream sends the order as soon as it opens. */
const FIRST_EVENT_WITHIN = 5_000;

/** Listens until the order is final, the stream breaks off, or no first event comes. @returns the last order it sent */
function listen(sessionId: string, show: (order: Order) => void, signal: AbortSignal): Promise<Order | null> {
  return new Promise((done) => {
    let last: Order | null = null;
    const stream = new EventSource(orderStreamUrl(sessionId));
    const end = () => {
      clearTimeout(silent);
      signal.removeEventListener('abort', end);
      stream.close();
      done(last);
    };
    const silent = setTimeout(end, FIRST_EVENT_WITHIN);
    signal.addEventListener('abort', end);
    stream.addEventListener('error', end);
    stream.addEventListener('order', ({ data }: MessageEvent<string>) => {
      clearTimeout(silent);
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
