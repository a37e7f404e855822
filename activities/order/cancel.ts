import type { SessionId } from '../../domain/ids';
import type { Reason } from '../../domain/order';
import { requestCancel } from '../../store/orders/cancel';
import type { Deps } from '../deps';

/** What staff decide about an order that is not paid yet. */
export const cancellation = ({ db, clock }: Pick<Deps, 'db' | 'clock'>) => ({
  /** Writes a cancel down, so that it outlives the run that was asked. */
  requestCancel: ({ sessionId, reason }: { sessionId: SessionId; reason: Reason }): Promise<void> =>
    requestCancel(db, { sessionId, reason, at: new Date(clock.now()) }),
});
