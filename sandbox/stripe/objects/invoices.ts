/** `/v1/invoices`: the invoice of a session that asked for one, made once its money is there. */
import type Stripe from 'stripe';
import { noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { oneOf, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId } from '../store/ids';
import { idOf } from '../store/store';
import { emit } from '../webhooks/events';
import type { World } from '../world';
import { MERCHANT } from './account';
import { detailOf, type Session } from './sessions';
import { type Totals, totalsOf } from './totals';

export const invoiceRoutes: Route[] = [
  route(
    'GET',
    '/v1/invoices',
    { ...pagingByTime, customer: text(), status: oneOf('draft', 'open', 'paid', 'uncollectible', 'void') },
    ({ world, params }) =>
      page(world.store.invoices, params, {
        url: '/v1/invoices',
        what: 'invoice',
        where: (invoice) =>
          (params.customer === undefined || invoice.customer === params.customer) &&
          (params.status === undefined || invoice.status === params.status),
      }),
  ),
  route('GET', '/v1/invoices/:id', {}, ({ world, id }) => invoiceNamed(world, id)),
];

export function invoiceNamed({ store }: World, id: string): Stripe.Invoice {
  const invoice = store.invoices.get(id);
  if (invoice === undefined) throw noSuch('invoice', id);
  return invoice;
}

/** The session with its invoice, if it asked for one and has none yet. */
export function withInvoice(world: World, session: Session): Session {
  if (!session.invoice_creation?.enabled || session.invoice !== null) return session;
  const invoice = world.store.invoices.put(invoiceOf(world, session));
  emit(world, 'invoice.paid', invoice);
  return world.store.sessions.put({ ...session, invoice: invoice.id });
}

function invoiceOf(world: World, session: Session): Stripe.Invoice {
  const id = newId('in');
  const created = world.clock.seconds();
  const totals = totalsOf(world, detailOf(world, session.id));
  const { subtotal, discount, shipping, tax, total } = totals;
  const onTop = total - (subtotal - discount + shipping);
  const customer = world.store.customers.get(idOf(session.customer) ?? '');
  const url = `${world.publicUrl}/invoices/${id}`;
  return {
    ...NOTHING,
    id,
    object: 'invoice',
    ...{ amount_due: total, amount_paid: total, amount_shipping: shipping, subtotal, total },
    automatic_tax: { ...session.automatic_tax, disabled_reason: null },
    created,
    currency: session.currency ?? '',
    customer: customer?.id ?? null,
    customer_address: session.customer_details?.address ?? null,
    customer_email: session.customer_details?.email ?? null,
    customer_name: session.customer_details?.name ?? null,
    customer_phone: session.customer_details?.phone ?? null,
    effective_at: created,
    hosted_invoice_url: url,
    invoice_pdf: `${url}/pdf`,
    lines: linesOf(session, totals, { id, created }),
    metadata: {},
    number: `${customer?.invoice_prefix ?? 'GUEST'}-0001`,
    period_end: created,
    period_start: created,
    shipping_cost: totals.shippingCost,
    status: 'paid',
    status_transitions: { finalized_at: created, marked_uncollectible_at: null, paid_at: created, voided_at: null },
    subtotal_excluding_tax: subtotal - (tax - onTop),
    total_excluding_tax: total - tax,
  };
}

function linesOf(
  { id: session, currency }: Session,
  { lines }: Totals,
  { id, created }: { id: string; created: number },
): Stripe.ApiList<Stripe.InvoiceLineItem> {
  const data = lines.map(
    (line): Stripe.InvoiceLineItem => ({
      id: newId('il'),
      object: 'line_item',
      amount: line.amount_subtotal,
      currency: currency ?? '',
      description: line.description,
      discount_amounts: [],
      discountable: true,
      discounts: [],
      invoice: id,
      livemode: false,
      metadata: { session },
      parent: null,
      period: { end: created, start: created },
      pretax_credit_amounts: [],
      pricing: null,
      quantity: line.quantity,
      quantity_decimal: null,
      subscription: null,
      subtotal: line.amount_subtotal,
      taxes: [],
    }),
  );
  return { object: 'list', data, has_more: false, url: `/v1/invoices/${id}/lines` };
}

/** What the invoice of a payment that was made at once has nothing of. */
const NOTHING = {
  account_country: 'DE',
  account_name: MERCHANT,
  account_tax_ids: null,
  amount_overpaid: 0,
  amount_paid_off_stripe: 0,
  amount_remaining: 0,
  application: null,
  attempt_count: 0,
  attempted: true,
  auto_advance: false,
  automatically_finalizes_at: null,
  billing_reason: 'manual',
  collection_method: 'charge_automatically',
  custom_fields: null,
  customer_account: null,
  customer_shipping: null,
  customer_tax_exempt: 'none',
  default_payment_method: null,
  default_source: null,
  default_tax_rates: [],
  description: null,
  discounts: [],
  due_date: null,
  ending_balance: 0,
  footer: null,
  from_invoice: null,
  issuer: { type: 'self' },
  last_finalization_error: null,
  latest_revision: null,
  livemode: false,
  next_payment_attempt: null,
  on_behalf_of: null,
  parent: null,
  payment_settings: { default_mandate: null, payment_method_options: null, payment_method_types: null },
  post_payment_credit_notes_amount: 0,
  pre_payment_credit_notes_amount: 0,
  receipt_number: null,
  rendering: null,
  shipping_details: null,
  starting_balance: 0,
  statement_descriptor: null,
  test_clock: null,
  total_discount_amounts: [],
  total_pretax_credit_amounts: [],
  total_taxes: [],
  webhooks_delivered_at: null,
} satisfies Partial<Stripe.Invoice>;
