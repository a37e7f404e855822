import { formatMoney } from '../../domain/money';
import { DECISIONS, isFinal } from '../../domain/order';
import { expectObject } from '../../platform/stripe';
import { callForDecision } from '../../store/orders/decisions';
import { changeOrder, type LockedOrder, NO_ATTENTION, note } from '../../store/orders/records';
import { found, idOf, ownerOf } from '../checkout/payment-owner';
import type { Deps } from '../deps';
import { type FollowedNotice, writeNobodys, writeNotice } from './records';

/**
 * The card's issuer warns of fraud before the buyer has disputed (https://docs.stripe.com/disputes/measuring#early-fraud-warnings). One that can
 * still be acted on holds the order back, with a recommendation; staff decide once. One that cannot (any more) is only told.
 */
export async function lookAtWarning(deps: Deps, id: string): Promise<FollowedNotice> {
  const warning = await found(deps.stripe.radar.earlyFraudWarnings.retrieve(id));
  if (warning === null) return { outcome: 'unknown' };
  expectObject(warning, 'radar.early_fraud_warning');
  const { actionable, fraud_type, created } = warning;
  const seen = {
    id,
    kind: 'fraud-warning' as const,
    paymentIntent: idOf(warning.payment_intent),
    open: actionable,
    reason: fraud_type,
    created,
  };
  const owner = await ownerOf(deps, warning);
  if (owner.whose === 'coming') return { outcome: 'coming' };
  if (owner.whose === 'nobody') {
    await writeNobodys(deps, seen);
    return { outcome: 'unknown' };
  }
  const { sessionId } = owner;
  return writeNotice(deps, sessionId, seen, async (tx, order, before, at) => {
    if (before === null)
      await note(tx, sessionId, at, {
        type: 'fraud-warning',
        message: `The card’s issuer warns of fraud (${fraud_type})${actionable ? '' : '; nothing is left to be done about it'}`,
        actor: 'stripe',
        key: `fraud-warning/${id}`,
      });
    if (actionable && !before?.open) {
      // An order that has ended has nothing to hold back: there the warning is attention alone.
      if (!isFinal(order.status)) await changeOrder(tx, order, at, { fraudWarning: true });
      await callForDecision(tx, order, at, { step: DECISIONS.fraudWarning, reason: recommendation(order, fraud_type) });
    }
    if (!actionable && before?.open) {
      const asked = order.attentionStep === DECISIONS.fraudWarning;
      await changeOrder(
        tx,
        order,
        at,
        { fraudWarning: false, ...(asked && NO_ATTENTION) },
        {
          type: 'fraud-warning',
          message: 'Nothing is left to be done about the warning of fraud: the payment is refunded or disputed',
          actor: 'stripe',
          key: `fraud-warning/${id}/over`,
        },
      );
    }
    return {
      outcome: 'order',
      sessionId,
      number: order.number,
      changed: true,
      call: actionable ? `${DECISIONS.fraudWarning}-${id}` : null,
    };
  });
}

function recommendation({ status, total, refunded, currency }: LockedOrder, fraudType: string): string {
  const left = formatMoney({ amount: Number(total - refunded), currency });
  const how = isFinal(status)
    ? 'refund gives it back'
    : 'cancel or refund gives it back, retry goes on with the order all the same';
  return `The card’s issuer warns of fraud (${fraudType}): consider refunding ${left} before it becomes a dispute, which costs a fee besides; ${how}`;
}
