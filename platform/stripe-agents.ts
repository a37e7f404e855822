import type Stripe from 'stripe';
import { z } from 'zod';
import { isSessionId, type SessionId } from '../domain/ids';

/**
 * Everything that Holdfast takes for granted about Stripe's Agentic Commerce Suite, which is a preview: a change at
 * Stripe is a change here. docs/deciding/0044-orders-of-agents.md says where each of it was read.
 */

/** The API version that shows `external_reference`; the library's own version leaves it out. */
export const PREVIEW_VERSION = '2025-12-15.preview';

/** How long Stripe waits for the answer to its hook, in milliseconds. After that it declines the payment. */
export const HOOK_TIMEOUT_MS = 4_000;

/** The `id` of what a line sells in the catalogue feed that the shop gives Stripe: our SKU. Null where it has none. */
export function referenceOf({ price }: Pick<Stripe.LineItem, 'price'>): string | null {
  const reference = price && 'external_reference' in price ? price.external_reference : null;
  return typeof reference === 'string' && reference !== '' ? reference : null;
}

/** The request of Stripe's order approval hook: whether an agent may complete this purchase. */
export interface ApprovalRequest {
  /** Its own id, for the log. */
  id: string;
  livemode: boolean;
  /** The account that it is about; null where it names none. */
  context: string | null;
  /** The Checkout Session that is about to be paid. Sent, but not documented: null where it is missing. */
  session: SessionId | null;
  currency: string;
  lines: ApprovalLine[];
}

interface ApprovalLine {
  /** The `id` in the catalogue feed; null where the line names none. */
  sku: string | null;
  name: string;
  quantity: number;
  /** For all units, in the currency's smallest unit. */
  total: number;
}

const amount = z.int().min(0);
const lines = z
  .array(
    z.object({
      sku_id: z.string().max(200).nullish(),
      name: z.string().nullish(),
      quantity: z.int().min(1).max(10_000),
      unit_amount: amount,
      amount_subtotal: amount.nullish(),
    }),
  )
  .min(1)
  .max(100);
const Hook = z.object({
  type: z.literal('v1.delegated_checkout.finalize_checkout'),
  id: z.string().min(1).max(255),
  livemode: z.boolean(),
  context: z.string().nullish(),
  data: z.object({
    checkout_session: z.string().nullish().catch(null),
    currency: z.string().regex(/^[A-Za-z]{3}$/),
    // The page calls this hook's lines `line_items_details`; what was seen to be sent is the other name.
    line_item_details: lines.optional(),
    line_items_details: lines.optional(),
  }),
});

/**
 * Reads the JSON of a hook.
 * @returns what is not as expected, as paths into it, where it is not a request for an approval
 */
export function readApprovalRequest(json: unknown): ApprovalRequest | { unread: string[] } {
  const hook = Hook.safeParse(json);
  if (!hook.success) return { unread: hook.error.issues.map(({ path }) => path.join('.')) };
  const { id, livemode, context, data } = hook.data;
  const given = data.line_item_details ?? data.line_items_details;
  if (given === undefined) return { unread: ['data.line_item_details'] };
  const session = data.checkout_session ?? '';
  return {
    ...{ id, livemode, context: context ?? null },
    session: isSessionId(session) ? session : null,
    currency: data.currency.toLowerCase(),
    lines: given.map(({ sku_id, name, quantity, unit_amount, amount_subtotal }) => ({
      ...{ sku: sku_id || null, name: name ?? '', quantity },
      total: amount_subtotal ?? quantity * unit_amount,
    })),
  };
}

/** The answer to the hook. Any answer but a `200` with one of these declines the payment, too. */
export const ApprovalAnswer = z.strictObject({
  manual_approval_details: z.union([
    z.strictObject({ type: z.literal('approved') }),
    z.strictObject({
      type: z.literal('declined'),
      declined: z.strictObject({ reason: z.string() }),
    }),
  ]),
});
export type ApprovalAnswer = z.output<typeof ApprovalAnswer>;

export const APPROVED: ApprovalAnswer = { manual_approval_details: { type: 'approved' } };

/** @param reason a sentence for the agent, without personal data */
export const declined = (reason: string): ApprovalAnswer => ({
  manual_approval_details: { type: 'declined', declined: { reason } },
});
