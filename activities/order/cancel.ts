import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import { acceptPayment } from '../../store/orders/accept';
import { type CancelRequested, requestCancel } from '../../store/orders/cancel';
import { readActor } from '../../store/orders/request-actors';
import type { Deps } from '../deps';

/**
 * What staff decide about an order: to cancel it, or to accept its payment. `by` is the key of their request, under
 * which the database has their name.
 */
export const cancellation = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /**
   * Writes a cancel down, so that it outlives the run that was asked; or says why it makes no sense now. A task of the
   * workflow may be done again after the cancel has ended the order, so a repeat is known by its key.
   */
  async requestCancel({ sessionId, reason, by }: Asked & { reason: Reason }): Promise<CancelRequested> {
    const actor = await readActor(db, { sessionId, by });
    return requestCancel(db, { sessionId, reason, key: by, actor, at: new Date(clock.now()) });
  },

  /** Writes down that staff accept a payment that is not what was asked. */
  async acceptPayment({ sessionId, by }: Asked): Promise<void> {
    await acceptPayment(db, {
      sessionId,
      actor: await readActor(db, { sessionId, by }),
      by,
      at: new Date(clock.now()),
    });
  },
});

interface Asked {
  sessionId: SessionId;
  by: string;
}
