import { setTimeout as pause } from 'node:timers/promises';
import type { Request } from 'express';
import { z } from 'zod';
import { momentIn } from '../../domain/dates';
import { senderName } from '../../domain/email';
import { findOrderOf } from '../../store/orders/view';
import type { ApiDeps } from '../deps';
import { LocaleAsked, languageAskedBy, localeQuery } from '../http/language';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { text } from '../http/schemas';
import { pageOf, Story } from '../pages/page';
import { problemPage } from '../pages/problem-page';
import { wordsFor } from '../pages/words/words';
import { fromGuest } from './guest';
import { Name, NameField } from './order-page/withdraw';
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

/**
 * `/withdraw`: how guests withdraw, by number and e-mail address (docs/deciding/0036). In the language that the address
 * names or the browser asks for: that of the order would tell strangers that there is one.
 */
export const guestWithdrawalRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/withdraw',
    tag: 'Storefront',
    summary: 'The page to withdraw from a contract without the link in the mail',
    description: 'Link to it from every page of the shop. Changes nothing.',
    query: z.object({
      number: z.string().max(40).optional().meta({ description: 'Prefilled.', example: '1001' }),
      ...LocaleAsked,
    }),
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    page: problemPage(deps.env),
    handle: async ({ query: { number = '' }, req }) => ({ html: form(deps, number, spoken(req)) }),
  }),
  route({
    method: 'post',
    path: '/withdraw',
    tag: 'Storefront',
    summary: 'The page that asks for the confirmation of a withdrawal',
    description: 'Shows the statement as it will be sent. Looks nothing up and changes nothing.',
    query: z.object(LocaleAsked),
    body: { form: Statement },
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    page: problemPage(deps.env),
    handle: async ({ body, req }) => ({ html: confirmation(deps, body, spoken(req)) }),
  }),
  route({
    method: 'post',
    path: '/withdraw/confirm',
    tag: 'Storefront',
    summary: 'Withdraw from a contract, as a guest',
    description:
      'The answer is the same, and takes the same time, whether or not number and address belong to an order. If they do, the withdrawal is recorded first, and the receipt goes only to the address of the order.',
    query: z.object(LocaleAsked),
    body: { form: Statement },
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['rate_limited'],
    page: problemPage(deps.env),
    handle: async ({ body, req }) => {
      await limits.lookUp(req);
      const at = new Date(deps.clock.now());
      await Promise.all([record(deps, body), pause(ANSWER_MS)]);
      return { html: sent(deps, at, languageAskedBy(req)) };
    },
  }),
];

/** The language of a page, and the query by which its links and forms keep it. */
interface Spoken {
  language: string;
  query: string;
}
const spoken = (req: Request): Spoken => ({ language: languageAskedBy(req), query: localeQuery(req) });

async function record(deps: ApiDeps, { number, email, name }: Statement): Promise<void> {
  const order = await findOrderOf(deps.db, fromGuest({ number, email }));
  if (order) await withdraw(deps, { sessionId: order.sessionId, name, via: 'number' });
}

function form({ env }: ApiDeps, number: string, { language, query }: Spoken): string {
  const words = wordsFor(language);
  const { period, quicker, orderNumber, email, goOn } = words.guest;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: words.withdrawal.label,
    words,
    body: (
      <Story tone="over" title={words.withdrawal.label}>
        <p>{period}</p>
        <p>{quicker}</p>
        <form method="post" action={`withdraw${query}`}>
          <label>
            {orderNumber}
            <input name="number" defaultValue={number} inputMode="numeric" required maxLength={40} />
          </label>
          <label>
            {email}
            <input name="email" type="email" autoComplete="email" required maxLength={320} />
          </label>
          <NameField words={words} />
          <button className="button primary" type="submit">
            {goOn}
          </button>
        </form>
      </Story>
    ),
  });
}

function confirmation({ env }: ApiDeps, typed: Statement, { language, query }: Spoken): string {
  const statement = { ...typed, number: fromGuest(typed).number || typed.number };
  const words = wordsFor(language);
  const { isThisRight, iWithdraw, receiptGoes, change } = words.guest;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: words.withdrawal.confirm,
    words,
    body: (
      <Story tone="over" title={isThisRight}>
        <p>{iWithdraw(statement.name, statement.number)}</p>
        <p>{receiptGoes(statement.email)}</p>
        <form method="post" action={`withdraw/confirm${query}`}>
          {Object.entries(statement).map(([name, value]) => (
            <input key={name} type="hidden" name={name} value={value} />
          ))}
          <button className="button primary" type="submit">
            {words.withdrawal.confirm}
          </button>
        </form>
        <p>
          <a href={`withdraw${query || '?'}${query && '&'}number=${encodeURIComponent(statement.number)}`}>{change}</a>
        </p>
      </Story>
    ),
  });
}

function sent({ env }: ApiDeps, at: Date, language: string): string {
  const words = wordsFor(language);
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: words.guest.sent,
    words,
    body: (
      <Story tone="good" title={words.guest.sent}>
        <p>{words.guest.arrived(momentIn(language, at))}</p>
        <p>{words.guest.recorded}</p>
        <p>{words.guest.ifNoMail}</p>
      </Story>
    ),
  });
}
