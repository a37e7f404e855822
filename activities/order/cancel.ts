import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import { acceptPayment } from '../../store/orders/accept';
import { type CancelRequested, requestCancel } from '../../store/orders/cancel';
import type { Deps } from '../deps';

/** What staff decide about an order: to cancel it, or to accept its payment. */
export const cancellation = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /** Writes a cancel down, so that it outlives the run that was asked; or says why it makes no sense now. */
  requestCancel: ({ sessionId, reason }: { sessionId: SessionId; reason: Reason }): Promise<CancelRequested> =>
    requestCancel(db, { sessionId, reason, at: new Date(clock.now()) }),

  /** Writes down that staff accept a payment that is not what was asked. */
  acceptPayment: ({ sessionId }: { sessionId: SessionId }): Promise<void> =>
    acceptPayment(db, { sessionId, at: new Date(clock.now()) }),
});
