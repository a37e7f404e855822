import type { Pool } from 'pg';
import { mailTurn } from './mail-turn';

export async function nothing(): Promise<void> {}

export type BareActivities = ReturnType<typeof bareActivities>;

/** The statements and calls of an order of a download, written straight against `pg` and `fetch`. */
export const bareActivities = (pool: Pool, worldUrl: string) => ({
  async open(session: string): Promise<string> {
    await pool.query({
      name: 'open',
      text: 'SELECT open_order($1, true, $2) AS opened',
      values: [session, new Date()],
    });
    return 'held';
  },

  async confirm(session: string): Promise<void> {
    const query = 'expand[0]=line_items&expand[1]=payment_intent.latest_charge';
    const found = await (await fetch(`${worldUrl}/v1/checkout/sessions/${session}?${query}`)).json();
    const lines = {
      name: 'lines',
      text: 'SELECT id, currency, lines FROM checkouts WHERE session_id = $1',
      values: [session],
    };
    await pool.query(lines);
    const { amount_total: total, payment_intent: intent, customer_details: customer } = found as Paid;
    const payment = { ...NO_EXTRAS, total, paymentIntentId: intent.id, chargeId: intent.latest_charge.id };
    await pool.query({
      name: 'confirm',
      text: "SELECT confirm_payment($1, 'paid', $2, '[]', $3, $4)",
      values: [session, JSON.stringify(payment), JSON.stringify({ ...customer, userId: null }), new Date()],
    });
  },

  async commit(session: string): Promise<string> {
    const until = new Date(Date.now() + 604_800_000);
    const values = [session, until, new Date()];
    const { rows } = await pool.query({ name: 'commit', text: 'SELECT commit_order($1, 5, $2, $3) AS done', values });
    return rows[0].done.status;
  },

  async mail(session: string): Promise<void> {
    const keys = ['order_confirmation', 'order_received'].map((template) => `${session}/${template}`);
    const { rows } = await pool.query(mailTurn(session, keys));
    const { number } = rows[0].order;
    const mails = keys.map((key) => ({
      ...{
        key,
        template: key.split('/')[1],
        audience: 'CUSTOMER',
        orderNumber: number,
        recipient: 'shopper@example.com',
      },
      ...{ subject: `Order ${number}`, html: HTML, text: 'Thank you for your order.' },
    }));
    const write = { name: 'write', text: "SELECT write_mails($1, $2, '[]', false, $3)" };
    await pool.query({ ...write, values: [session, JSON.stringify(mails), new Date()] });
    const sent = await Promise.all(
      mails.map(async ({ key, template, subject, html, text }) => {
        const response = await fetch(`${worldUrl}/emails`, {
          method: 'POST',
          headers: { 'content-type': 'application/json', authorization: 'Bearer re_bare', 'idempotency-key': key },
          body: JSON.stringify({
            ...{ from: 'shop@example.com', to: 'shopper@example.com', subject, html, text },
            tags: [
              { name: 'template', value: template },
              { name: 'order', value: number },
            ],
          }),
        });
        const { id } = (await response.json()) as { id: string };
        return { key, providerId: id, message: `Sent ${template}` };
      }),
    );
    const mark = { name: 'mark', text: "SELECT mark_mails($1, $2, '[]', $3)" };
    await pool.query({ ...mark, values: [session, JSON.stringify(sent), new Date()] });
  },
});

interface Paid {
  amount_total: number;
  payment_intent: { id: string; latest_charge: { id: string } };
  customer_details: { email: string; name: string; address: unknown };
}

const NO_EXTRAS = {
  discount: 0,
  shipping: 0,
  tax: 0,
  taxIncluded: 0,
  presentmentAmount: null,
  presentmentCurrency: null,
};
/** As large as a confirmation of the product. */
const HTML = `<p>${'Thank you for your order. '.repeat(450)}</p>`;
