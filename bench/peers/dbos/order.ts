import { DBOS, type StepConfig } from '@dbos-inc/dbos-sdk';
import type Stripe from 'stripe';
import { type MailDeps, sendMails } from './mails';

export interface OrderDeps extends MailDeps {
  stripe: Stripe;
}

/** The event by which a checkout hears whether its stock is held. */
export const OPENED = 'opened';
/** The topic of what webhooks say. */
export const PAYMENT = 'payment';

/** A step that calls others is tried again, as the documentation of DBOS advises. */
const RETRIED: StepConfig = { retriesAllowed: true, maxAttempts: 5 };

/**
 * An order of a download on DBOS: hold, wait, confirm, commit with its grants, and mail, each durable. Its id is the
 * session's. As the bare shape in `bench/floor`, it knows one way to end.
 */
export const orderWorkflow = (deps: OrderDeps) =>
  DBOS.registerWorkflow(
    async (session: string): Promise<string> => {
      const isHeld = await DBOS.runStep(() => open(deps, session), { name: 'open' });
      await DBOS.setEvent(OPENED, isHeld);
      const event = await DBOS.recv<string>(PAYMENT, deps.env.HOLD_TTL_SECONDS);
      if (event === null) throw new Error('the hold ended without a payment');
      await DBOS.runStep(() => confirm(deps, session), { name: 'confirm', ...RETRIED });
      const status = await DBOS.runStep(() => commit(deps, session), { name: 'commit' });
      await DBOS.runStep(() => sendMails(deps, session), { name: 'mail', ...RETRIED });
      return status;
    },
    { name: 'order' },
  );

async function open({ pool }: OrderDeps, session: string): Promise<boolean> {
  const text = 'SELECT open_order($1, true, $2) AS opened';
  const { rows } = await pool.query({ name: 'open', text, values: [session, new Date()] });
  return rows[0].opened.missing.length === 0;
}

async function confirm({ pool, stripe }: OrderDeps, session: string): Promise<void> {
  const expand = ['line_items', 'payment_intent.latest_charge'];
  const found = await stripe.checkout.sessions.retrieve(session, { expand });
  const asked = { name: 'asked', text: 'SELECT currency, lines FROM checkouts WHERE session_id = $1' };
  const { rows } = await pool.query({ ...asked, values: [session] });
  if (found.payment_status !== 'paid' || found.currency !== rows[0].currency) throw new Error('not paid');
  const intent = found.payment_intent as Stripe.PaymentIntent;
  const charge = intent.latest_charge as Stripe.Charge;
  const payment = { ...NO_EXTRAS, total: found.amount_total, paymentIntentId: intent.id, chargeId: charge.id };
  const { email, name, address } = found.customer_details ?? {};
  const customer = { email, name, userId: null, address };
  await pool.query({
    name: 'confirm',
    text: "SELECT confirm_payment($1, 'paid', $2, '[]', $3, $4)",
    values: [session, JSON.stringify(payment), JSON.stringify(customer), new Date()],
  });
}

async function commit({ pool, env }: OrderDeps, session: string): Promise<string> {
  const until = new Date(Date.now() + env.DOWNLOAD_TTL_SECONDS * 1000);
  const text = 'SELECT commit_order($1, $2, $3, $4) AS committed';
  const values = [session, env.DOWNLOAD_LIMIT, until, new Date()];
  const { rows } = await pool.query({ name: 'commit', text, values });
  return rows[0].committed.status;
}

const NO_EXTRAS = {
  ...{ discount: 0, shipping: 0, tax: 0, taxIncluded: 0 },
  ...{ presentmentAmount: null, presentmentCurrency: null, voucher: null, captureBefore: null },
};
