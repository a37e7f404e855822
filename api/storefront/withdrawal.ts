import { randomUUID } from 'node:crypto';
import type { SessionId } from '../../domain/ids';
import { firstKey, WITHDRAWAL_MAILS } from '../../domain/mail';
import { SHOPPER } from '../../domain/shopper-rules';
import { recordWithdrawal, type Statement, WITHDRAWAL_REFUND, type Withdrawal } from '../../store/orders/withdrawals';
import { cancelOrder } from '../admin/orders/cancel';
import { startRequest } from '../admin/refunds/request';
import type { ApiDeps } from '../deps';
import { orTheSweep, showChange, startFirstMails, TEMPORAL_MS } from '../first-mails';

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
  const mails = WITHDRAWAL_MAILS.map((template) => ({ template, key: firstKey(template) }));
  const calls = [...startFirstMails(deps, sessionId, mails), FOLLOWING[follows](deps, sessionId)];
  await orTheSweep(deps, sessionId, calls);
}

const REASON = 'requested_by_customer';

const FOLLOWING: Record<Withdrawal['follows'], (deps: ApiDeps, sessionId: SessionId) => Promise<unknown>> = {
  cancel: (deps, sessionId) => cancelOrder(deps, { sessionId, reason: REASON, updateId: randomUUID(), actor: SHOPPER }),
  refund: ({ temporal }, sessionId) =>
    startRequest(temporal, { sessionId, key: WITHDRAWAL_REFUND, request: { reason: REASON } }, TEMPORAL_MS),
  // It may be on hold now.
  staff: showChange,
};
