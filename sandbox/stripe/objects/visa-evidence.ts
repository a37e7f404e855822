/**
 * Visa's compelling evidence 3.0 (https://docs.stripe.com/disputes/api/visa-ce3): two earlier payments by the same card
 * show that the buyer is a customer. Stripe says which disputes take it, checks what is said, and tells what is
 * missing.
 */
import type Stripe from 'stripe';
import { wholeAddress } from '../../../domain/address';
import { invalid } from '../http/errors';
import { emptyable, group, list, oneOf, type Read, required, text, unsupported } from '../http/params';
import type { World } from '../world';
import { chargeNamed } from './charges';

type Visa = Stripe.Dispute.Evidence.EnhancedEvidence.VisaCompellingEvidence3;
type Eligibility = Stripe.Dispute.EvidenceDetails.EnhancedEligibility;
type Action = Stripe.Dispute.EvidenceDetails.EnhancedEligibility.VisaCompellingEvidence3.RequiredAction;

const DAY = 24 * 60 * 60;
const AGE = { least: 120 * DAY, most: 364 * DAY };
const TYPE = 'visa_compelling_evidence_3';
const NAME = `evidence[enhanced_evidence][${TYPE}]`;

const words = emptyable(text());
const transaction = {
  customer_account_id: words,
  customer_device_fingerprint: words,
  customer_device_id: words,
  customer_email_address: words,
  customer_purchase_ip: words,
  product_description: words,
  shipping_address: group({
    ...{ city: text(), country: text(), line1: text(), line2: words, postal_code: text(), state: text() },
  }),
};
const IDENTIFIERS = [
  'customer_account_id',
  'customer_device_fingerprint',
  'customer_device_id',
  'customer_email_address',
  'customer_purchase_ip',
  'shipping_address',
] as const;
const MAIN: readonly string[] = ['customer_device_fingerprint', 'customer_device_id', 'customer_purchase_ip'];
/** What the shortest identifier of a device has. */
const SHORTEST = { customer_device_fingerprint: 20, customer_device_id: 15 } as const;

export const enhancedShape = {
  mastercard_compliance: unsupported,
  [TYPE]: group({
    disputed_transaction: group({ ...transaction, merchandise_or_services: oneOf('merchandise', 'services') }),
    prior_undisputed_transactions: list(group({ ...transaction, charge: required(text()) })),
  }),
  visa_compliance: unsupported,
};
export type EnhancedInput = Read<typeof enhancedShape>;

/** What a new dispute says of it: Stripe itself looks for two earlier payments by the card. */
export function newEligibility(
  world: World,
  charge: Stripe.Charge,
  { reason, status }: { reason: string; status: string },
) {
  const card = charge.payment_method_details?.card;
  const isFraud = card?.brand === 'visa' && reason === 'fraudulent' && status === 'needs_response';
  const earlier = isFraud ? [...world.store.charges].filter((each) => counts(each, charge)) : [];
  const isEligible = earlier.length >= 2;
  const evidence: Visa = { disputed_transaction: null, prior_undisputed_transactions: [] };
  return {
    types: isEligible ? [TYPE] : [],
    evidence: isEligible ? { [TYPE]: evidence } : {},
    eligibility: isEligible ? eligibilityOf(evidence) : {},
  } satisfies { types: Stripe.Dispute.EnhancedEligibilityType[]; evidence: object; eligibility: Eligibility };
}

/** Reads what the shop says. @throws Refusal where the dispute takes no such evidence, or a payment does not count */
export function readEnhanced(
  world: World,
  dispute: Stripe.Dispute,
  { [TYPE]: given }: EnhancedInput,
): { evidence: Stripe.Dispute.Evidence.EnhancedEvidence; eligibility: Eligibility } {
  const { enhanced_evidence: evidence } = dispute.evidence;
  if (given === undefined) return { evidence, eligibility: dispute.evidence_details.enhanced_eligibility };
  if (!dispute.enhanced_eligibility_types.includes(TYPE))
    throw invalid('This dispute is not eligible for Visa Compelling Evidence 3.0.', { param: NAME });
  const { disputed_transaction: disputed, prior_undisputed_transactions: prior } = given;
  if (prior !== undefined && prior.length !== 2)
    throw invalid(`Exactly 2 prior undisputed transactions are required; ${prior.length} were given.`, {
      param: `${NAME}[prior_undisputed_transactions]`,
    });
  const charge = chargeNamed(world, String(dispute.charge));
  for (const [index, { charge: id }] of (prior ?? []).entries()) {
    const param = `${NAME}[prior_undisputed_transactions][${index}][charge]`;
    if (!counts(chargeNamed(world, id, param), charge))
      throw invalid(`Charge ${id} is not an eligible prior undisputed transaction.`, { param });
  }
  for (const one of [disputed, ...(prior ?? [])]) requireLength(one ?? {});
  const visa: Visa = {
    disputed_transaction: disputed
      ? { ...whole(disputed), merchandise_or_services: disputed.merchandise_or_services ?? null }
      : null,
    prior_undisputed_transactions: (prior ?? []).map((one) => ({ ...whole(one), charge: one.charge })),
  };
  return { evidence: { [TYPE]: visa }, eligibility: eligibilityOf(visa) };
}

/** What becomes of it with the submission: what lacks something goes to the bank like any other evidence. */
export function submitted(eligibility: Eligibility): Eligibility {
  const visa = eligibility[TYPE];
  if (visa === undefined || visa.status === 'qualified') return eligibility;
  return { [TYPE]: { ...visa, status: 'not_qualified' } };
}

const counts = (earlier: Stripe.Charge, disputed: Stripe.Charge): boolean => {
  const age = disputed.created - earlier.created;
  const isSame =
    earlier.payment_method_details?.card?.fingerprint === disputed.payment_method_details?.card?.fingerprint;
  return earlier.paid && !earlier.disputed && isSame && age >= AGE.least && age <= AGE.most;
};

function eligibilityOf({ disputed_transaction: disputed, prior_undisputed_transactions: prior }: Visa): Eligibility {
  const all = disputed === null ? [] : [disputed, ...prior];
  const given = IDENTIFIERS.filter((name) => all.length > 0 && all.every((one) => one[name] !== null));
  const devices = given.filter((name) => name.startsWith('customer_device'));
  const identified = given.some((name) => MAIN.includes(name)) && given.length > Math.max(1, devices.length);
  const missing: [Action, boolean][] = [
    ['missing_prior_undisputed_transactions', prior.length !== 2],
    ['missing_customer_identifiers', !identified],
    ['missing_disputed_transaction_description', !disputed?.product_description],
    ['missing_merchandise_or_services', !disputed?.merchandise_or_services],
    ['missing_prior_undisputed_transaction_description', prior.some((one) => !one.product_description)],
  ];
  const required_actions = missing.flatMap(([action, is]) => (is ? [action] : []));
  return { [TYPE]: { required_actions, status: required_actions.length === 0 ? 'qualified' : 'requires_action' } };
}

function requireLength(given: Partial<Record<keyof typeof SHORTEST, string | null | undefined>>): void {
  for (const [name, least] of Object.entries(SHORTEST)) {
    const value = given[name as keyof typeof SHORTEST];
    if (value && value.length < least)
      throw invalid(`${name} must have at least ${least} characters.`, { param: NAME });
  }
}

type Transaction = NonNullable<NonNullable<EnhancedInput[typeof TYPE]>['prior_undisputed_transactions']>[number];

const whole = (given: Partial<Transaction>) => ({
  customer_account_id: given.customer_account_id ?? null,
  customer_device_fingerprint: given.customer_device_fingerprint ?? null,
  customer_device_id: given.customer_device_id ?? null,
  customer_email_address: given.customer_email_address ?? null,
  customer_purchase_ip: given.customer_purchase_ip ?? null,
  product_description: given.product_description ?? null,
  shipping_address: given.shipping_address ? wholeAddress(given.shipping_address) : null,
});
