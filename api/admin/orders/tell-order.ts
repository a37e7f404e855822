import type { SessionId } from '../../../domain/ids';
import { WORKFLOWS } from '../../../messages/names';
import { changedSignal, orderStartAgain } from '../../../messages/order';
import { numberForRun } from '../../../store/orders/status';
import type { ApiDeps } from '../../deps';
import { signalWithStart } from '../../order-workflow';
import { isUnavailable } from '../../temporal-errors';

/** Long enough for a server that works. Whoever asked waits for more than this. */
const TELL_MS = 2_000;

/**
 * Tells an order's workflow that the API wrote to the order; starts it if it has ended. What is written is done even if
 * Temporal is not there: the sweep finds an order that was not told.
 */
export async function tellOrder(
  { db, temporal }: Pick<ApiDeps, 'db' | 'temporal'>,
  sessionId: SessionId,
): Promise<void> {
  const order = await numberForRun(db, sessionId);
  const start = { ...orderStartAgain({ sessionId }, order), signal: changedSignal, signalArgs: [] as [] };
  await signalWithStart(temporal, WORKFLOWS.order, start, TELL_MS).catch((error: unknown) => {
    if (!isUnavailable(error)) throw error;
  });
}
