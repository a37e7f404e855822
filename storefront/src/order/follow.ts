import type { Failure, Order, Result } from '@holdfast/client';
import { useCallback, useEffect, useState } from 'react';
import { holdfast } from '../holdfast';

export interface Followed {
  order: Order | null;
  /** Why the last read failed; null if it succeeded. */
  failure: Failure | null;
  /** Reads the order again now: for changes that come when nobody follows it any more, such as a used download. */
  refresh: () => void;
}

/** Follows an order until it is final. */
export function useOrder(sessionId: string): Followed {
  const [{ order, failure }, setFollowed] = useState<Pick<Followed, 'order' | 'failure'>>(NOTHING);
  const show = useCallback(
    (news: Result<Order>) =>
      setFollowed(({ order }) => (news.ok ? { order: news.value, failure: null } : { order, failure: news.failure })),
    [],
  );

  useEffect(() => {
    const stop = new AbortController();
    void (async () => {
      for await (const news of holdfast.follow(sessionId, { signal: stop.signal })) show(news);
    })();
    return () => stop.abort();
  }, [sessionId, show]);

  const refresh = useCallback(() => void holdfast.order(sessionId).then(show), [sessionId, show]);
  return { order, failure, refresh };
}

const NOTHING = { order: null, failure: null };
