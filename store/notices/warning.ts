import { withoutCalls } from '../../domain/calls';
import { codeInBrackets } from '../../domain/codes-in-words';
import type { SessionId } from '../../domain/ids';
import { formatMoney } from '../../domain/money';
import { DECISIONS, isFinal } from '../../domain/order';
import { leftOf } from '../../domain/order-money';
import type { Db } from '../database';
import { callForDecision, callsChange, callsOf } from '../orders/decisions';
import { changeOrder, type LockedOrder, moneyOf, note } from '../orders/records';
import { type ConcernedOrder, recordNotice, type SeenNotice } from './record';

/**
 * Records an early fraud warning. One that can still be acted on holds the order back, and staff decide once. One
 * that cannot (any more) is only noted.
 */
export async function recordWarning(
  db: Db,
  warning: { sessionId: SessionId; seen: SeenNotice; at: Date },
): Promise<ConcernedOrder> {
  const { sessionId, seen, at } = warning;
  const event = (message: string, key: string) => ({ type: 'fraud-warning', message, actor: 'stripe', key });
  return recordNotice(db, warning, async (tx, order, wasOpen) => {
    if (wasOpen === null) {
      const tooLate = seen.open ? '' : '; it is too late to act on it';
      const message = `The card’s issuer warns of fraud${codeInBrackets(seen.reason)}${tooLate}`;
      await note(tx, sessionId, at, event(message, `fraud-warning/${seen.id}`));
    }
    if (seen.open && !wasOpen) {
      // An order that has ended has nothing to hold back: for it the warning is attention alone.
      if (!isFinal(order.status)) await changeOrder(tx, order, at, { fraudWarning: true });
      const reason = recommendation(order, seen.reason);
      await callForDecision(tx, order, at, { step: DECISIONS.fraudWarning, subject: seen.id, reason });
    }
    if (!seen.open && wasOpen) {
      const calls = withoutCalls(callsOf(order), DECISIONS.fraudWarning, seen.id);
      const fraudWarning = order.fraudWarning && calls.some(({ step }) => step === DECISIONS.fraudWarning);
      const message = 'The fraud warning no longer needs an answer: the payment is refunded or disputed';
      await changeOrder(
        tx,
        order,
        at,
        { fraudWarning, ...(await callsChange(tx, order, calls, at)) },
        event(message, `fraud-warning/${seen.id}/over`),
      );
    }
    return { number: order.number, decide: seen.open };
  });
}

function recommendation(order: LockedOrder, fraudType: string | null): string {
  const { status, currency } = order;
  const left = formatMoney({ amount: leftOf(moneyOf(order)), currency });
  const how = isFinal(status)
    ? 'refund gives it back'
    : 'cancel or refund gives it back, retry goes on with the order all the same';
  return `The card’s issuer warns of fraud (${fraudType}): consider refunding ${left} before it becomes a dispute, which also costs a fee; ${how}`;
}
