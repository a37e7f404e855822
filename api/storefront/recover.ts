import { z } from 'zod';
import { isSessionId, type SessionId } from '../../domain/ids';
import { Problem } from '../../domain/problem';
import { readToken } from '../../platform/links';
import { findRecoverableCart } from '../../store/orders/recovery';
import type { ApiDeps } from '../deps';
import { clientHash, shopperIp } from '../http/client';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { answerCheckout, CHECKOUT_ANSWERS, CHECKOUT_PROBLEMS } from './checkout';
import type { Cart } from './checkout/cart';
import { keyOf } from './checkout/keys';
import { openCheckout } from './checkout/open-checkout';
import { today } from './find-order';

export const Token = z.object({ token: z.string() });

/** `GET /recover/{token}`, the link in the mail, and `POST`, which the cart page sends. */
export const recoverRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'get',
    path: '/recover/{token}',
    tag: 'Storefront',
    summary: 'Follow the link to an expired checkout, in its mail or on its page',
    description: 'Redirects to the cart page. Holds no stock, because mail scanners follow links.',
    params: Token,
    answers: {
      303: {
        description: 'Redirects to the cart page.',
        headers: { Location: '`STOREFRONT_URL/cart?recover={token}`' },
      },
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
    summary: 'Recover an expired checkout',
    description:
      'Opens a checkout for the same cart at today’s prices and stock. While a checkout from this link is open, returns that one. Only the link in the mail prefills the shopper’s address.',
    params: Token,
    answers: CHECKOUT_ANSWERS,
    problems: [...CHECKOUT_PROBLEMS, 'link_invalid', 'link_expired'],
    handle: async ({ params: { token }, req, res }) => {
      await limits.request(req);
      const { sessionId, purpose } = expiredSession(deps, token);
      const cart = await cartOf(deps, sessionId, purpose);
      return answerCheckout(deps, res, () =>
        openCheckout(deps, {
          cart,
          clientHash: clientHash(deps.env, req),
          shopperIp: shopperIp(deps.env, req),
          // Not one key for both links: the page that the mail's opened has the address on it.
          key: keyOf(`${purpose}\n${sessionId}`, 'the same cart'),
          recovers: sessionId,
          limit: () => limits.checkout(req),
          today: (order) => today(deps, limits, req, order),
        }),
      );
    },
  }),
];

type Purpose = 'recover' | 'return';

/**
 * The expired session that a recovery link is about.
 * @throws 403 `link_invalid`
 */
export function expiredSession({ env }: ApiDeps, token: string): { sessionId: SessionId; purpose: Purpose } {
  for (const purpose of ['recover', 'return'] as const) {
    const sessionId = readToken(env.SIGNING_SECRET, purpose, token);
    if (sessionId !== null && isSessionId(sessionId)) return { sessionId, purpose };
  }
  throw new Problem('link_invalid', 'This link is incomplete or was not issued by this shop.');
}

export const linkExpired = (): Problem => new Problem('link_expired', 'This link has expired.');

/** The cart of the link, as far as its customer has not been erased since. */
async function cartOf({ db, clock }: ApiDeps, sessionId: SessionId, purpose: Purpose): Promise<Cart> {
  const cart = await findRecoverableCart(db, { sessionId, at: new Date(clock.now()) });
  if (cart === null) throw linkExpired();
  const { items, currency, email, userId, locale, country } = cart;
  const prefilled = purpose === 'recover' && email;
  return {
    ...{ items, currency },
    ...(prefilled && { email }),
    ...(userId && { userId }),
    ...(locale && { locale }),
    ...(country && { country }),
  };
}
