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
import { type Addresses, addressesOf, signedOrder, signedPage } from './signed';
import { selfServiceOf } from './view';

/** `/orders/{sessionId}/cancel`: the question, which changes nothing, and its answer. */
export const cancelRoutes = (deps: ApiDeps): Route[] => [
  route({
    method: 'get',
    path: '/orders/{sessionId}/cancel',
    ...signedPage(deps.env),
    summary: 'The page that asks whether to cancel an order',
    description: 'For the signed link of a mail. Changes nothing, because mail scanners follow links.',
    answers: { 200: { description: 'The page.', contentType: 'text/html' } },
    handle: async ({ params, query }) => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const addresses = addressesOf(deps.env, sessionId);
      const service = await selfServiceOf(deps, sessionId);
      return whyNot('cancel as the shopper', service.facts) === null
        ? { html: question(deps, addresses) }
        : { html: refusal(deps, service, addresses) };
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
    handle: async ({ params, query, res }): Promise<Answer | undefined> => {
      const sessionId = await signedOrder(deps, params.sessionId, query);
      const addresses = addressesOf(deps.env, sessionId);
      try {
        const reason = 'requested_by_customer';
        await cancelOrder(deps, { sessionId, reason, updateId: randomUUID(), actor: SHOPPER });
      } catch (error) {
        if (!(error instanceof Problem && error.code === 'invalid_transition')) throw error;
        const service = await selfServiceOf(deps, sessionId);
        return { status: 409, html: refusal(deps, service, addresses) };
      }
      res.set('cache-control', 'no-store').redirect(303, addresses.view);
      return undefined;
    },
  }),
];

const question = ({ env }: ApiDeps, { view, cancel }: Addresses): string =>
  pageOf({
    shop: senderName(env.EMAIL_FROM),
    title: 'Cancel your order?',
    body: (
      <Story tone="over" title="Cancel your order?">
        <p>All of it is cancelled. If you have paid, all of your money goes back the way it came.</p>
        <form method="post" action={cancel}>
          <button className="button primary" type="submit">
            Cancel this order
          </button>
        </form>
        <p>
          <a href={view}>No, keep it</a>
        </p>
      </Story>
    ),
  });

function refusal({ env }: ApiDeps, { facts, mayWithdraw }: SelfService, { view, withdraw }: Addresses): string {
  const { title, text } = wordsFor(facts);
  return pageOf({
    shop: senderName(env.EMAIL_FROM),
    title,
    body: (
      <Story tone="over" title={title}>
        <p>{text}</p>
        {title === TOO_LATE && mayWithdraw && (
          <p>
            {'You may still withdraw: '}
            <a href={withdraw}>Withdraw from contract here</a>
          </p>
        )}
        <p>
          <a href={view}>Back to your order</a>
        </p>
      </Story>
    ),
  });
}

const TOO_LATE = 'It is too late to cancel';

function wordsFor({ status, cancelling, anythingShipped, downloaded, disputed }: ActionFacts): Refusal {
  if (status === 'EXPIRED')
    return { title: 'This order has ended', text: 'It was not paid. There is nothing to cancel.' };
  if (cancelling || status === 'CANCELLED' || status === 'REFUNDED')
    return { title: 'This order is cancelled already', text: 'There is nothing left to cancel.' };
  if (downloaded) return { title: TOO_LATE, text: 'A download of this order has begun.' };
  if (disputed)
    return {
      title: 'Your bank is looking into this payment',
      text: 'While it does, we can neither cancel nor refund. It decides about the money.',
    };
  return {
    title: TOO_LATE,
    text: anythingShipped ? 'Your order has been shipped already.' : 'Your order has been delivered already.',
  };
}

interface Refusal {
  title: string;
  text: string;
}
