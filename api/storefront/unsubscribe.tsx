import { z } from 'zod';
import { senderName } from '../../domain/email';
import { Problem } from '../../domain/problem';
import { readUnsubscribeToken } from '../../platform/links';
import { unsubscribe } from '../../store/mails/unsubscribed';
import type { ApiDeps } from '../deps';
import { languageAskedBy } from '../http/language';
import { type Route, route } from '../http/route';
import { pageOf, Story } from '../pages/page';
import { problemPage } from '../pages/problem-page';
import { wordsFor } from '../pages/words/words';

/** Without a token the link is as wrong as with a wrong one. */
const Query = z.object({
  token: z.string().default('').meta({ description: 'The signature of the link in the mail.' }),
});

/**
 * `/unsubscribe`, the link in a mail about an expired checkout: the question, which changes nothing, because mail
 * scanners follow links, and its answer. Mail programs send the answer when their reader presses their own button (RFC
 * 8058): as a form of either kind, whose content says nothing that the link does not. The pages are in the language of
 * the browser: the order may be erased.
 */
export const unsubscribeRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/unsubscribe',
    tag: 'Storefront',
    summary: 'The page that asks whether to unsubscribe from mails about expired checkouts',
    description: 'For the link in such a mail. Changes nothing, because mail scanners follow links.',
    query: Query,
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    problems: ['link_invalid'],
    page: problemPage(deps.env),
    handle: async ({ query: { token }, req }) => {
      hashIn(deps, token);
      return { html: question(deps, token, languageAskedBy(req)) };
    },
  }),
  route({
    method: 'post',
    path: '/unsubscribe',
    tag: 'Storefront',
    summary: 'Unsubscribe an address from mails about expired checkouts',
    description:
      'For the link in such a mail, and for mail programs (`List-Unsubscribe-Post`, RFC 8058). It is recorded before the answer, and repeats change nothing. Mails about orders go on.',
    query: Query,
    body: {
      raw: { limit: 16 * 1024 },
      contentType: 'application/x-www-form-urlencoded',
      description: 'Of any type, and not read: the link says all. Mail programs send `List-Unsubscribe=One-Click`.',
    },
    answers: { 200: { description: 'The page that says so.', contentType: 'text/html' } },
    problems: ['link_invalid', 'payload_too_large'],
    page: problemPage(deps.env),
    handle: async ({ query: { token }, req }) => {
      await unsubscribe(deps.db, { hash: hashIn(deps, token), at: new Date(deps.clock.now()) });
      return { html: done(deps, languageAskedBy(req)) };
    },
  }),
];

/** The hash of the address that the link is about. */
function hashIn({ env }: ApiDeps, token: string): string {
  const hash = readUnsubscribeToken(env.SIGNING_SECRET, token);
  if (hash === null) throw new Problem('link_invalid', 'This link is incomplete or was not issued by this shop.');
  return hash;
}

function question({ env }: ApiDeps, token: string, language: string): string {
  const words = wordsFor(language);
  const { ask, noMore, others, button } = words.unsubscribe;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: ask,
    words,
    body: (
      <Story tone="over" title={ask}>
        <p>{noMore}</p>
        <p>{others}</p>
        <form method="post" action={`unsubscribe?token=${encodeURIComponent(token)}`}>
          <button className="button primary" type="submit">
            {button}
          </button>
        </form>
      </Story>
    ),
  });
}

function done({ env }: ApiDeps, language: string): string {
  const words = wordsFor(language);
  const { done: title, doneText } = words.unsubscribe;
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title,
    words,
    body: (
      <Story tone="good" title={title}>
        <p>{doneText}</p>
      </Story>
    ),
  });
}
