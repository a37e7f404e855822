import { z } from 'zod';
import { Problem } from '../../domain/problem';
import { readToken } from '../../platform/links';
import type { Prisma } from '../../prisma/generated/client';
import type { ApiDeps } from '../deps';
import { clientHash, type Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { answerCheckout, CHECKOUT_ANSWERS, CHECKOUT_PROBLEMS } from './checkout';
import type { Cart } from './checkout/cart';
import { keyOf } from './checkout/keys';
import { openCheckout } from './checkout/open-checkout';

const Token = z.object({ token: z.string() });

/** `GET /recover/{token}`, the link in the mail, and `POST`, what the cart page makes of it. */
export const recoverRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/recover/{token}',
    tag: 'Storefront',
    summary: 'The link in the mail about an expired checkout',
    description: 'Leads to the cart page and holds nothing, for mail scanners follow links.',
    params: Token,
    answers: {
      303: { description: 'To the cart page.', headers: { Location: '`STOREFRONT_URL/cart?recover={token}`' } },
    },
    problems: ['link_invalid'],
    handle: async ({ params: { token }, res }) => {
      expiredSession(deps, token);
      res
        .set('cache-control', 'no-store')
        .redirect(303, `${deps.env.STOREFRONT_URL}/cart?recover=${encodeURIComponent(token)}`);
      return undefined;
    },
  }),
  route({
    method: 'post',
    path: '/recover/{token}',
    tag: 'Storefront',
    summary: 'Take up an expired checkout again',
    description:
      'The same cart at today’s prices and stock. While a checkout from this link is open, it is that one again.',
    params: Token,
    answers: CHECKOUT_ANSWERS,
    problems: [...CHECKOUT_PROBLEMS, 'link_invalid', 'link_expired'],
    handle: async ({ params: { token }, req }) => {
      const sessionId = expiredSession(deps, token);
      const cart = await cartOf(deps, sessionId);
      return answerCheckout(deps, () =>
        openCheckout(deps, {
          cart,
          clientHash: clientHash(deps.env, req),
          key: keyOf(`recover\n${sessionId}`, 'the same cart'),
          recovers: sessionId,
          limit: () => limits.checkout(req),
        }),
      );
    },
  }),
];

function expiredSession({ env }: ApiDeps, token: string): string {
  const sessionId = readToken(env.SIGNING_SECRET, 'recover', token);
  if (sessionId === null) throw new Problem('link_invalid', 'This link was not made here, or not whole.');
  return sessionId;
}

/** What was in the cart, and for whom, as far as that was not erased since. */
async function cartOf({ db, clock }: ApiDeps, sessionId: string): Promise<Cart> {
  const order = await db.order.findUnique({ where: { sessionId }, include: parts });
  const open =
    order?.status === 'EXPIRED' && order.recoverableUntil !== null && order.recoverableUntil.getTime() > clock.now();
  if (!open) throw new Problem('link_expired', 'The time for this link is over.');
  const { customer } = order;
  return {
    items: order.items.map(({ sku, quantity }) => ({ sku, quantity })),
    currency: order.currency,
    ...(customer?.email && { email: customer.email }),
    ...(customer?.userId && { userId: customer.userId }),
    ...(order.locale && { locale: order.locale }),
  };
}

const parts = { items: { orderBy: { position: 'asc' } }, customer: true } satisfies Prisma.OrderInclude;
