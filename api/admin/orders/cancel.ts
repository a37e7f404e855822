import type { SessionId } from '../../../domain/ids';
import { isUndone, type Reason } from '../../../domain/order';
import { Problem } from '../../../domain/problem';
import { SHOPPER } from '../../../domain/shopper-rules';
import { type CancelRequest, cancelUpdate } from '../../../messages/order';
import { requestCancel } from '../../../store/orders/cancel';
import { findStatus } from '../../../store/orders/status';
import type { ApiDeps } from '../../deps';
import { isUnavailable } from '../../temporal-errors';
import { sendUpdate, tooLate } from './send-update';

export interface Cancel {
  sessionId: SessionId;
  reason: Reason;
  updateId: string;
  /** The name of who wants it: of staff, or the shopper. */
  actor: string;
}

/**
 * Stores the cancel, then has the order's workflow carry it out. Once stored it is done, however long that takes: a
 * workflow that the update does not reach reads it in the database.
 * @throws 409 `invalid_transition` with why it makes no sense now
 */
export async function cancelOrder(deps: ApiDeps, { sessionId, reason, updateId, actor }: Cancel): Promise<void> {
  const at = new Date(deps.clock.now());
  const stored = await requestCancel(deps.db, { sessionId, reason, key: updateId, actor, at });
  if (stored.outcome === 'refused' && actor === SHOPPER) throw refused(stored.reason);
  try {
    // Sent even if the database refuses it: the workflow may have answered this very request before.
    const asked = { sessionId, update: cancelUpdate, args: [{ reason }] as [CancelRequest], updateId, actor };
    if ((await sendUpdate(deps, asked)) !== 'ended') return;
    const status = (await findStatus(deps.db, sessionId))?.status;
    if (status && (stored.outcome === 'refused' || !isUndone(status))) throw tooLate(status);
  } catch (error) {
    if (!isUnavailable(error)) throw error;
    if (stored.outcome === 'refused') throw refused(stored.reason);
  }
}

const refused = (reason: string): Problem => new Problem('invalid_transition', `${reason}.`);
