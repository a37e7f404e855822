import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { momentIn } from '../../domain/dates';
import { senderName } from '../../domain/email';
import { findOrderOf } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { text } from '../http/schemas';
import { pageOf, Story } from '../pages/page';
import { problemPage } from '../pages/problem-page';
import { CONFIRM, LABEL, Name, NameField } from './order-page/withdraw';
import { withdraw } from './withdrawal';

const Statement = z
  .strictObject({ number: text(40), email: text(320), name: Name })
  .meta({ id: 'WithdrawalStatement', example: { number: '1001', email: 'ada@example.com', name: 'Ada Lovelace' } });
type Statement = z.infer<typeof Statement>;

/**
 * How long the answer takes at least: longer than looking up and recording, so that a stranger cannot tell by the time
 * whether a number and an address belong together.
 */
const ANSWER_MS = 700;

/** `/withdraw`: how guests withdraw, by number and e-mail address (docs/deciding/0036). */
export const guestWithdrawalRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/withdraw',
    tag: 'Storefront',
    summary: 'The page to withdraw from a contract without the link in the mail',
    description: 'Link to it from every page of the shop. Changes nothing.',
    query: z.object({ number: z.string().max(40).optional().meta({ description: 'Prefilled.', example: '1001' }) }),
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    page: problemPage(deps.env),
    handle: async ({ query: { number = '' } }) => ({ html: form(deps, number) }),
  }),
  route({
    method: 'post',
    path: '/withdraw',
    tag: 'Storefront',
    summary: 'The page that asks for the confirmation of a withdrawal',
    description: 'Shows the statement as it will be sent. Looks nothing up and changes nothing.',
    body: { form: Statement },
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    page: problemPage(deps.env),
    handle: async ({ body }) => ({ html: confirmation(deps, body) }),
  }),
  route({
    method: 'post',
    path: '/withdraw/confirm',
    tag: 'Storefront',
    summary: 'Withdraw from a contract, as a guest',
    description:
      'The answer is the same, and takes the same time, whether or not number and address belong to an order. If they do, the withdrawal is recorded first, and the receipt goes only to the address of the order.',
    body: { form: Statement },
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['rate_limited'],
    page: problemPage(deps.env),
    handle: async ({ body, req }) => {
      await limits.lookUp(req);
      const at = new Date(deps.clock.now());
      await Promise.all([record(deps, body), pause(ANSWER_MS)]);
      return { html: sent(deps, at) };
    },
  }),
];

async function record(deps: ApiDeps, { number, email, name }: Statement): Promise<void> {
  const order = await findOrderOf(deps.db, {
    number: number.trim().replace(/^#/, ''),
    email: email.trim().toLowerCase(),
  });
  if (order) await withdraw(deps, { sessionId: order.sessionId, name, via: 'number' });
}

const form = ({ env }: ApiDeps, number: string): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: LABEL,
    body: (
      <Story tone="over" title={LABEL}>
        <p>Within 14 days of delivery, and before it. You need not give a reason.</p>
        <p>
          It is quicker from the link in our e-mails. Downloads that have begun may be exempt, if you agreed to that
          when you bought them.
        </p>
        <form method="post" action="withdraw">
          <label>
            Order number
            <input name="number" defaultValue={number} inputMode="numeric" required maxLength={40} />
          </label>
          <label>
            E-mail address of the order
            <input name="email" type="email" autoComplete="email" required maxLength={320} />
          </label>
          <NameField />
          <button className="button primary" type="submit">
            Continue
          </button>
        </form>
      </Story>
    ),
  });

const confirmation = ({ env }: ApiDeps, statement: Statement): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: CONFIRM,
    body: (
      <Story tone="over" title="Is this right?">
        <p>{`“I, ${statement.name}, withdraw from the contract for order ${statement.number}.”`}</p>
        <p>{`We send the receipt to ${statement.email}, if that is the address of the order.`}</p>
        <form method="post" action="withdraw/confirm">
          {Object.entries(statement).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <button className="button primary" type="submit">
            {CONFIRM}
          </button>
        </form>
        <p>
          <a href={`withdraw?number=${encodeURIComponent(statement.number)}`}>No, change it</a>
        </p>
      </Story>
    ),
  });

const sent = ({ env }: ApiDeps, at: Date): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: 'Your statement has been sent',
    body: (
      <Story tone="good" title="Your statement has been sent">
        <p>{`It arrived on ${momentIn('en-GB', at)}.`}</p>
        <p>
          If the number and the address belong to an order, your withdrawal is recorded, and the receipt is on its way
          to that address.
        </p>
        <p>
          If no e-mail comes within a few minutes, the number or the address may be wrong: please look at your order
          confirmation and try again, or write to us.
        </p>
      </Story>
    ),
  });
