import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import { type CancelRequested, requestCancel } from '../../store/orders/cancel';
import type { Deps } from '../deps';

/** What staff decide about an order's end. */
export const cancellation = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /** Writes a cancel down, so that it outlives the run that was asked; or says why it makes no sense now. */
  requestCancel: ({ sessionId, reason }: { sessionId: SessionId; reason: Reason }): Promise<CancelRequested> =>
    requestCancel(db, { sessionId, reason, at: new Date(clock.now()) }),
});
