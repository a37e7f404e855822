/** The evidence a shop submits against a dispute, field by field: https://docs.stripe.com/api/disputes/update */
import type Stripe from 'stripe';
import { invalid } from '../http/errors';
import { emptyable, group, known, type Read, text, unsupported } from '../http/params';
import { enhancedShape } from './visa-evidence';

const LONGEST = 20_000;
const LONGEST_IN_ALL = 150_000;

const words = emptyable(text({ max: LONGEST }));

/** Fields that name an uploaded file are refused: the sandbox keeps no files. */
export const evidenceShape = {
  access_activity_log: words,
  appeal: known,
  billing_address: words,
  cancellation_policy: unsupported,
  cancellation_policy_disclosure: words,
  cancellation_rebuttal: words,
  customer_communication: unsupported,
  customer_email_address: words,
  customer_name: words,
  customer_purchase_ip: words,
  customer_signature: unsupported,
  duplicate_charge_documentation: unsupported,
  duplicate_charge_explanation: words,
  duplicate_charge_id: words,
  enhanced_evidence: group(enhancedShape),
  product_description: words,
  receipt: unsupported,
  refund_policy: unsupported,
  refund_policy_disclosure: words,
  refund_refusal_explanation: words,
  service_date: words,
  service_documentation: unsupported,
  shipping_address: words,
  shipping_carrier: words,
  shipping_date: words,
  shipping_documentation: unsupported,
  shipping_tracking_number: words,
  uncategorized_file: unsupported,
  uncategorized_text: words,
};

export type EvidenceInput = Read<typeof evidenceShape>;

/** The texts after an update: new fields added, unset ones removed. */
export function withEvidence(
  before: Stripe.Dispute.Evidence,
  { enhanced_evidence: _read, ...input }: EvidenceInput,
): Stripe.Dispute.Evidence {
  const after = { ...before, ...input } as Stripe.Dispute.Evidence;
  const length = Object.values(after).reduce((sum, each) => sum + (typeof each === 'string' ? each.length : 0), 0);
  if (length > LONGEST_IN_ALL)
    throw invalid(`The evidence has ${length} characters; together its fields may have ${LONGEST_IN_ALL}.`, {
      param: 'evidence',
    });
  return after;
}

/** The evidence of a new dispute, with the fields Stripe fills in by itself. */
export function newEvidence({ billing_details }: Stripe.Charge): Stripe.Dispute.Evidence {
  const { appeal: _appeal, ...fields } = evidenceShape;
  const nothing = Object.fromEntries(Object.keys(fields).map((field) => [field, null]));
  return {
    ...(nothing as unknown as Stripe.Dispute.Evidence),
    customer_email_address: billing_details.email,
    customer_name: billing_details.name,
    enhanced_evidence: {},
  };
}
