import type { NoticeKind } from '../../domain/events';
import type { SessionId } from '../../domain/ids';
import type { Decision } from '../../domain/order';
import { recordForeignNotice, type SeenNotice } from '../../store/notices/record';
import { type NamedPayment, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';

export type FollowedNotice =
  /** It concerns nothing of ours. */
  | { outcome: 'unknown' }
  /** The order it concerns is being written: look again soon. */
  | { outcome: 'coming' }
  /** Recorded; it concerns no order. */
  | { outcome: 'recorded' }
  | {
      outcome: 'order';
      sessionId: SessionId;
      number: string;
      /** Whether the order should read itself again. */
      changed: boolean;
      /** What staff are called to decide; null when there is nothing to decide. */
      call: Decision | null;
    };

/** What was read about an object at Stripe. */
export type Look = (deps: Deps, id: string) => Promise<FollowedNotice>;

/** Finds the order that a notice concerns and goes on with it; a notice of none of our orders is recorded as such. */
export async function withOrder(
  deps: Deps,
  payment: NamedPayment,
  seen: SeenNotice,
  record: (sessionId: SessionId, at: Date) => Promise<FollowedNotice>,
): Promise<FollowedNotice> {
  const owner = await ownerOf(deps, payment);
  if (owner.whose === 'coming') return { outcome: 'coming' };
  const at = new Date(deps.clock.now());
  if (owner.whose === 'order') return record(owner.sessionId, at);
  await recordForeignNotice(deps.db, { seen, at });
  return { outcome: 'unknown' };
}

/** What `seen` says of a notice, from Stripe's seconds. */
export const seenNotice = (
  kind: NoticeKind,
  { created, ...seen }: Omit<SeenNotice, 'kind' | 'createdAt'> & { created: number },
): SeenNotice => ({ ...seen, kind, createdAt: new Date(created * 1000) });
