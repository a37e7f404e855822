import type { SessionId } from '../../domain/ids';
import { clearFollowAttention, raiseFollowAttention } from '../../store/orders/attention';
import { sessionsOfFollowed } from '../../store/reconciliation/unfinished';
import type { Deps } from '../deps';

/** Activities about an order whose refund, dispute, review or warning is stuck beside it. */
export const followedOrders = ({ db, clock }: Deps) => {
  const now = () => new Date(clock.now());
  /** The order is known once something about the refund, dispute or notice was recorded. */
  const orderOf = async (id: string): Promise<SessionId | null> => (await sessionsOfFollowed(db, [id])).get(id) ?? null;

  return {
    /** Flags the order that this belongs to, and says which it is; null if none is known yet. */
    async raiseFollowed({ id, reason }: { id: string; reason: string }): Promise<SessionId | null> {
      const sessionId = await orderOf(id);
      if (sessionId !== null) await raiseFollowAttention(db, { sessionId, subject: id, reason, at: now() });
      return sessionId;
    },

    /** Clears the flag again. */
    async lowerFollowed({ id }: { id: string }): Promise<void> {
      const sessionId = await orderOf(id);
      if (sessionId !== null) await clearFollowAttention(db, { sessionId, subject: id, at: now() });
    },
  };
};
