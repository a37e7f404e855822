import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { firstKey, WITHDRAWAL_MAILS } from '../../domain/mail';
import { SHOPPER } from '../../domain/shopper-rules';
import { WORKFLOWS } from '../../messages/names';
import { changedSignal } from '../../messages/order';
import { resendStart } from '../../messages/resend';
import { recordWithdrawal, type Statement, WITHDRAWAL_REFUND, type Withdrawal } from '../../store/orders/withdrawals';
import { cancelOrder } from '../admin/orders/cancel';
import { startRequest } from '../admin/refunds/request';
import type { ApiDeps } from '../deps';
import { signalRunning, startUnlessRunning } from '../order-workflow';

/** How long Temporal may take for each call. All of it is recorded before, so the sweep makes up for what fails. */
const TEMPORAL_MS = 4_000;

/**
 * Records a withdrawal, then has the mails sent and the order cancelled without anybody waiting for it.
 * @returns null if there is nothing to withdraw from
 */
export async function withdraw(
  deps: ApiDeps,
  statement: Omit<Statement, 'at' | 'arrivesWithin'>,
): Promise<Withdrawal | null> {
  const { db, env, clock } = deps;
  const made = { at: new Date(clock.now()), arrivesWithin: env.AUTO_COMPLETE_SECONDS * 1000 };
  const withdrawal = await recordWithdrawal(db, { ...statement, ...made });
  if (withdrawal?.isNew) void carryOut(deps, statement.sessionId, withdrawal);
  return withdrawal;
}

async function carryOut(deps: ApiDeps, sessionId: SessionId, { follows }: Withdrawal): Promise<void> {
  const { temporal, log } = deps;
  const mails = WITHDRAWAL_MAILS.map((template) => {
    const start = resendStart({ sessionId, template, key: firstKey(template) });
    return startUnlessRunning(temporal, WORKFLOWS.resend, start, TEMPORAL_MS);
  });
  for (const result of await Promise.allSettled([...mails, FOLLOWING[follows](deps, sessionId)]))
    if (result.status === 'rejected')
      log.warn({ err: result.reason, session: sessionId }, 'a withdrawal is recorded; the sweep has to carry it out');
}

const REASON = 'requested_by_customer';

const FOLLOWING: Record<Withdrawal['follows'], (deps: ApiDeps, sessionId: SessionId) => Promise<unknown>> = {
  cancel: (deps, sessionId) => cancelOrder(deps, { sessionId, reason: REASON, updateId: randomUUID(), actor: SHOPPER }),
  refund: ({ temporal }, sessionId) =>
    startRequest(temporal, { sessionId, key: WITHDRAWAL_REFUND, request: { reason: REASON } }, TEMPORAL_MS),
  // It may be on hold now.
  staff: ({ temporal }, sessionId) => signalRunning(temporal, sessionId, changedSignal, TEMPORAL_MS),
};
