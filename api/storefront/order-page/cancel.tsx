import { randomUUID } from 'node:crypto';
import type { ActionFacts } from '../../../domain/action-facts';
import { whyNot } from '../../../domain/actions';
import { senderName } from '../../../domain/email';
import { Problem } from '../../../domain/problem';
import { SHOPPER } from '../../../domain/shopper-rules';
import type { SelfService } from '../../../store/orders/self-service';
import { cancelOrder } from '../../admin/orders/cancel';
import type { ApiDeps } from '../../deps';
import { type Answer, type Route, route } from '../../http/route';
import { pageOf, Story } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import { wordsFor } from '../../pages/words/words';
import { type Addresses, addressesOf, signedOrder, signedPage } from './signed';
import { localeOf, selfServiceOf } from './view';

/** `/orders/{sessionId}/cancel`: the question, which changes nothing, and its answer. */
export const cancelRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}/cancel',
    ...signedPage(deps.env),
    summary: 'The page that asks whether to cancel an order',
    description: 'For the signed link of a mail. Changes nothing, because mail scanners follow links.',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    handle: async ({ params, query, req }) => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const addresses = addressesOf(deps.env, sessionId);
      const service = await selfServiceOf(deps, sessionId);
      const words = wordsFor(localeOf(req, service));
      return whyNot('cancel as the shopper', service.facts) === null
        ? { html: question(deps, addresses, words) }
        : { html: refusal(deps, service, addresses, words) };
    },
  }),
  route({
    method: 'post',
    path: '/orders/{sessionId}/cancel',
    ...signedPage(deps.env),
    summary: 'Cancel an order, as its shopper',
    description:
      'For the signed link of a mail. Before anything is shipped or downloaded: as when staff cancel, it is stored first, and all of the money goes back.',
    answers: {
      303: { description: 'Leads to the page of the order.', headers: { Location: 'The signed link.' } },
      409: { description: 'The page that says why it cannot be cancelled.', contentType: 'text/html' },
    },
    handle: async ({ params, query, req, res }): Promise<Answer | undefined> => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const addresses = addressesOf(deps.env, sessionId);
      try {
        const reason = 'requested_by_customer';
        await cancelOrder(deps, { sessionId, reason, updateId: randomUUID(), actor: SHOPPER });
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'invalid_transition')) throw error;
        const service = await selfServiceOf(deps, sessionId);
        return { status: 409, html: refusal(deps, service, addresses, wordsFor(localeOf(req, service))) };
      }
      res.set('cache-control', 'no-store').redirect(303, addresses.view);
      return undefined;
    },
  }),
];

const question = ({ env }: ApiDeps, { view, cancel }: Addresses, words: PageWords): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: words.cancel.title,
    words,
    body: (
      <Story tone="over" title={words.cancel.title}>
        <p>{words.cancel.text}</p>
        <form method="post" action={cancel}>
          <button className="button primary" type="submit">
            {words.selfService.cancel}
          </button>
        </form>
        <p>
          <a href={view}>{words.cancel.keep}</a>
        </p>
      </Story>
    ),
  });

function refusal(
  { env }: ApiDeps,
  { facts, mayWithdraw }: SelfService,
  { view, withdraw }: Addresses,
  words: PageWords,
): string {
  const { title, text } = refusalOf(facts, words.cancel);
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title,
    words,
    body: (
      <Story tone="over" title={title}>
        <p>{text}</p>
        {title === words.cancel.tooLate && mayWithdraw && (
          <p>
            {words.cancel.mayWithdraw} <a href={withdraw}>{words.withdrawal.label}</a>
          </p>
        )}
        <p>
          <a href={view}>{words.backToOrder}</a>
        </p>
      </Story>
    ),
  });
}

function refusalOf(facts: ActionFacts, words: Words): Refusal {
  const { status, cancelling, anythingShipped, downloaded, disputed, lost } = facts;
  if (status === 'EXPIRED') return words.ended;
  if (cancelling || status === 'CANCELLED' || status === 'REFUNDED') return words.already;
  if (downloaded) return { title: words.tooLate, text: words.downloadBegun };
  if (disputed) return words.disputed;
  if (lost && !anythingShipped) return words.repaid;
  return { title: words.tooLate, text: anythingShipped ? words.shipped : words.delivered };
}

type Words = PageWords['cancel'];

interface Refusal {
  title: string;
  text: string;
}
