import { setTimeout as wait } from 'node:timers/promises';
import type { SessionId } from '../../../domain/ids';
import { isFinal } from '../../../domain/order';
import { NEEDLESS } from '../../../messages/refusals';
import { refusalOf } from '../../../platform/temporal-errors';
import { readRefundStanding } from '../../../store/refunds/standing';
import type { ApiDeps } from '../../deps';
import { tellOrder } from './tell-order';

/** How long an order's run may take to read what the database says already, and how long to wait between two tries. */
const READ_WITHIN_MS = 3_000;
const PAUSE_MS = 100;

/**
 * Sends what answers a need for staff. What another workflow has found (a refund failed, a dispute was lost) stands in
 * the database a moment before the order's run hears of it, and until then the run says that nothing needs attention.
 * Staff who were shown otherwise are right: the run is told, and the request is sent again.
 */
export async function onceRead<Sent>(
  deps: Pick<ApiDeps, 'db' | 'temporal'>,
  sessionId: SessionId,
  send: () => Promise<Sent>,
): Promise<Sent> {
  const deadline = Date.now() + READ_WITHIN_MS;
  for (;;) {
    try {
      return await send();
    } catch (error) {
      if (!refusalOf(error)?.details?.includes(NEEDLESS) || Date.now() > deadline) throw error;
      const { status, attentionStep } = await readRefundStanding(deps.db, sessionId);
      if (attentionStep === null || isFinal(status)) throw error;
    }
    await tellOrder(deps, sessionId);
    await wait(PAUSE_MS);
  }
}
