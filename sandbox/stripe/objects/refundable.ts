/** The charge that a refund is of, and how much of it is left to refund; or Stripe's refusal. */
import type Stripe from 'stripe';
import { invalid, type Refusal } from '../http/errors';
import { idOf } from '../store/store';
import type { World } from '../world';
import { formatAmount, refuseImpossible } from './amounts';
import { chargeNamed } from './charges';
import { isChargedBack } from './disputes';
import { intentNamed } from './payment-intents';

export interface RefundOf {
  /** Default: all that is left. */
  amount?: number | undefined;
  charge?: string | undefined;
  payment_intent?: string | undefined;
}

/** @throws Refusal in Stripe's words */
export function refundable(world: World, input: RefundOf): { charge: Stripe.Charge; left: number; amount: number } {
  const charge = refundableCharge(world, input);
  const left = charge.amount_captured - charge.amount_refunded;
  if (left === 0) throw invalid(`Charge ${charge.id} has already been refunded.`, { code: 'charge_already_refunded' });
  const amount = input.amount ?? left;
  refuseImpossible(amount, charge.currency, 'amount');
  if (amount > left) throw tooMuch(amount, left, charge);
  return { charge, left, amount };
}

function refundableCharge(world: World, { charge, payment_intent }: RefundOf): Stripe.Charge {
  if (charge === undefined && payment_intent === undefined)
    throw invalid('One of the following params should be provided for this request: payment_intent or charge.', {
      code: 'parameter_missing',
    });
  const found =
    charge === undefined ? chargeOfIntent(world, payment_intent ?? '') : chargeNamed(world, charge, 'charge');
  if (found === undefined || found.status !== 'succeeded')
    throw invalid(
      `This PaymentIntent (${payment_intent ?? idOf(found?.payment_intent)}) does not have a successful charge to refund.`,
    );
  if (payment_intent !== undefined && idOf(found.payment_intent) !== payment_intent)
    throw invalid(`Charge ${found.id} does not belong to PaymentIntent ${payment_intent}.`, { param: 'charge' });
  if (isChargedBack(world, found))
    throw invalid(`Charge ${found.id} has been charged back; cannot issue a refund.`, { code: 'charge_disputed' });
  return found;
}

function chargeOfIntent(world: World, id: string): Stripe.Charge | undefined {
  return world.store.charges.get(idOf(intentNamed(world, id, 'payment_intent').latest_charge) ?? '');
}

function tooMuch(amount: number, left: number, charge: Stripe.Charge): Refusal {
  const format = (value: number) => formatAmount(value, charge.currency);
  return invalid(
    amount > charge.amount
      ? `Refund amount (${format(amount)}) is greater than charge amount (${format(charge.amount)})`
      : `Refund amount (${format(amount)}) is greater than unrefunded amount on charge (${format(left)})`,
    { param: 'amount' },
  );
}
