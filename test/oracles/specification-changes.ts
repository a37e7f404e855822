/**
 * Differences between the API version of the pinned library and the older specification in the pinned stripe-mock,
 * for the objects and requests of the sandbox. Each row names its source; all are in the library's CHANGELOG.md too.
 */
import type { Schema } from './specification';

/**
 * `at` is a component of the specification, or a request whose parameters change. For a new one, `component` is its
 * schema, or the schema of its answer.
 */
export type Change = { at: string; why: string } & (
  | { field: string; is: Schema }
  | { field: string; renamed: string }
  | { field: string; values: string[] }
  | { component: Schema }
);

const text: Schema = { type: 'string', maxLength: 5000 };
const nullable = (schema: Schema): Schema => ({ ...schema, nullable: true });

export const CHANGES: Change[] = [
  {
    at: 'POST /v1/checkout/sessions',
    field: 'payment_method_types',
    renamed: 'allowed_payment_method_types',
    why: '2026-09-30.endive: SessionCreateParams has the new name only',
  },
  {
    at: 'POST /v1/checkout/sessions',
    field: 'ui_mode',
    values: ['form'],
    why: '2026-09-30.endive: SessionCreateParams.UiMode',
  },
  {
    at: 'POST /v1/checkout/sessions',
    field: 'locale',
    values: ['hi-IN'],
    why: '2026-10-28.endive: SessionCreateParams.Locale',
  },
  {
    at: 'checkout.session',
    field: 'allowed_payment_method_types',
    is: nullable({ type: 'array', items: text }),
    why: '2026-09-30.endive: Checkout.Session, beside payment_method_types, which stays',
  },
  { at: 'checkout.session', field: 'ui_mode', values: ['form'], why: '2026-09-30.endive: Session.UiMode' },
  { at: 'checkout.session', field: 'locale', values: ['hi-IN'], why: '2026-10-28.endive: Session.Locale' },
  {
    at: 'payment_intent',
    field: 'payment_record',
    is: nullable({ anyOf: [text, { $ref: '#/components/schemas/payment_record' }] }),
    why: '2026-09-30.endive: PaymentIntent.payment_record',
  },
  {
    at: 'payment_intent',
    field: 'allowed_payment_method_types',
    values: ['card_present', 'interac_present'],
    why: '2026-09-30.endive: PaymentIntent.AllowedPaymentMethodType',
  },
  {
    at: 'payment_method_details_card',
    field: 'electronic_commerce_indicator',
    is: nullable(text),
    why: '2026-09-30.endive: Charge.PaymentMethodDetails.Card',
  },
  {
    at: 'balance_transaction',
    field: 'type',
    values: ['issuing_dispute_provisional_credit', 'issuing_dispute_provisional_credit_reversal'],
    why: '2026-09-30.endive: BalanceTransaction.Type',
  },
  {
    at: 'product',
    field: 'tax_details',
    is: nullable({
      type: 'object',
      properties: { performance_location: nullable(text), tax_code: nullable(text) },
    }),
    why: '2026-09-30.endive: Product.TaxDetails',
  },
  {
    at: 'product',
    field: 'type',
    is: { type: 'string', enum: ['good', 'service'] },
    why: 'in Product, and in the fixtures of stripe-mock itself: Stripe leaves it out of its specification only',
  },
  {
    at: 'charge',
    field: 'source',
    is: nullable({ type: 'object' }),
    why: 'in Charge, and in the fixtures of stripe-mock itself: Stripe leaves it out of its specification only',
  },
  {
    at: 'payment_intent',
    field: 'source',
    is: nullable({ anyOf: [text, { type: 'object' }] }),
    why: 'in PaymentIntent, and in the fixtures of stripe-mock itself: Stripe leaves it out of its specification only',
  },
  {
    at: 'dispute',
    field: 'network_reason_code',
    is: nullable(text),
    why: 'in Dispute: Stripe leaves it out of its specification only',
  },
  {
    at: 'dispute',
    field: 'status',
    values: ['appeal_needs_response', 'appeal_under_review'],
    why: '2026-10-28.endive: Dispute.Status',
  },
  {
    at: 'dispute',
    field: 'intended_submission_method',
    is: nullable({ type: 'string', enum: ['manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'] }),
    why: '2026-10-28.endive: Dispute.IntendedSubmissionMethod',
  },
  {
    at: 'dispute_evidence_details',
    field: 'submission_method',
    is: { type: 'string', enum: ['manual', 'not_submitted', 'smart_disputes'] },
    why: '2026-10-28.endive: Dispute.EvidenceDetails.SubmissionMethod',
  },
  {
    at: 'dispute_evidence',
    field: 'appeal',
    is: nullable({
      type: 'object',
      properties: {
        card: {
          type: 'object',
          properties: { reason_for_filing: text, supporting_files: { type: 'array', items: text } },
        },
      },
    }),
    why: '2026-10-28.endive: Dispute.Evidence.Appeal',
  },
  {
    at: 'POST /v1/disputes/{dispute}',
    field: 'intended_submission_method',
    is: { type: 'string', enum: ['manual', 'prefer_manual', 'prefer_smart_disputes', 'smart_disputes'] },
    why: '2026-10-28.endive: DisputeUpdateParams.IntendedSubmissionMethod',
  },
  {
    at: 'POST /v1/webhook_endpoints',
    field: 'api_version',
    values: ['2026-09-30.endive', '2026-10-28.endive'],
    why: 'WebhookEndpointCreateParams.ApiVersion: an endpoint is made in the version of the library',
  },
  {
    at: 'price',
    field: 'external_reference',
    is: text,
    why: 'the preview 2025-12-15, of prices in sessions that Stripe makes for agents: docs/deciding/0044-orders-of-agents.md',
  },
  {
    at: 'v2.core.event',
    component: {
      type: 'object',
      required: ['id', 'object', 'created', 'livemode', 'type', 'related_object', 'snapshot_event'],
      properties: {
        id: text,
        object: { type: 'string', enum: ['v2.core.event'] },
        changes: { type: 'object' },
        context: text,
        created: { type: 'string', pattern: '^\\d{4}-\\d\\d-\\d\\dT\\d\\d:\\d\\d:\\d\\d(\\.\\d{3})?Z$' },
        livemode: { type: 'boolean' },
        reason: {
          type: 'object',
          required: ['type'],
          properties: {
            type: { type: 'string', enum: ['request'] },
            request: {
              type: 'object',
              required: ['id', 'idempotency_key'],
              properties: { id: text, idempotency_key: text },
            },
          },
        },
        related_object: {
          type: 'object',
          required: ['id', 'type', 'url'],
          properties: { id: text, type: text, url: { type: 'string', pattern: '^/v1/' } },
        },
        snapshot_event: text,
        type: { type: 'string', pattern: '^v1\\.' },
      },
    },
    why: 'v2 is not in the specification: V2.Core.EventBase, with the related object that all of ours have',
  },
  {
    at: 'GET /v2/core/events/{id}',
    component: { $ref: '#/components/schemas/v2.core.event' },
    why: 'v2 is not in the specification: V2.Core.EventResource.retrieve',
  },
];
