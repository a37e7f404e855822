import type { Response } from 'express';
import { z } from 'zod';
import type { ProblemCode } from '../../domain/problem';
import type { ApiDeps } from '../deps';
import { clientHash, shopperIp } from '../http/client';
import { toProblem } from '../http/errors';
import type { Limits } from '../http/limits';
import { logAbout } from '../http/request-log';
import { type Answer, type Route, route } from '../http/route';
import { OrderStatus, Timestamp, timestamp } from '../http/schemas';
import type { OpenedCheckout } from './checkout/attempt';
import { addUp, Cart } from './checkout/cart';
import { keyOf } from './checkout/keys';
import { openCheckout } from './checkout/open-checkout';
import { CHECKOUT_EXAMPLE } from './examples';
import { today } from './find-order';

const Checkout = z
  .strictObject({
    sessionId: z.string().meta({ example: 'cs_test_a1B2c3' }),
    url: z.string().meta({
      description:
        'Stripe’s payment page. Redirect the shopper there. When the data of its order was erased: the storefront’s cart.',
    }),
    status: OrderStatus,
    expiresAt: Timestamp.meta({ description: 'The end of the hold.' }),
  })
  .meta({ id: 'Checkout', example: CHECKOUT_EXAMPLE });

/** The responses of `POST /checkout`, and of `POST /recover/{token}` too. */
export const CHECKOUT_ANSWERS = {
  201: {
    description:
      'The stock is held. A repeat with the same key gets the same checkout with today’s `status`: only a `PENDING` one can still be paid.',
    schema: Checkout,
  },
};
export const CHECKOUT_PROBLEMS: ProblemCode[] = [
  'unknown_sku',
  'out_of_stock',
  'currency_unavailable',
  'not_for_sale',
  'rate_limited',
  'too_many_open',
];

const IdempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1–255 visible ASCII characters')
  .optional()
  .meta({
    description: 'For 24 h the same key with the same cart returns the same checkout. A failure is not remembered.',
  });

/** `POST /checkout` */
export const checkoutRoutes = (deps: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'post',
    path: '/checkout',
    tag: 'Storefront',
    summary: 'Hold the stock of a cart and create its payment page',
    description:
      'Prices come from the catalogue; the request cannot name any. Stripe is not called when stock is plainly gone.',
    headers: z.object({ 'idempotency-key': IdempotencyKey }),
    body: Cart,
    answers: CHECKOUT_ANSWERS,
    problems: [...CHECKOUT_PROBLEMS, 'idempotency_key_reused'],
    handle: async ({ body, headers, req, res }) => {
      await limits.request(req);
      const cart = addUp(body);
      const key = headers['idempotency-key'];
      return answerCheckout(deps, res, () =>
        openCheckout(deps, {
          cart,
          clientHash: clientHash(deps.env, req),
          shopperIp: shopperIp(deps.env, req),
          key: key === undefined ? null : keyOf(`checkout\n${key}`, comparable(cart)),
          recovers: null,
          limit: () => limits.checkout(req),
          today: (order) => today(deps, limits, req, order),
        }),
      );
    },
  }),
];

/** What must be the same in a repeat. Without a country as it was before carts had one: keys are kept for a day. */
const comparable = ({ items, currency, email, userId, locale, country }: Cart): unknown[] => [
  ...[items, currency, email, userId, locale],
  ...(country === undefined ? [] : [country]),
];

/** Opens a checkout, counts and times its outcome, and builds the response. */
export async function answerCheckout(
  { metrics }: ApiDeps,
  res: Response,
  open: () => Promise<OpenedCheckout>,
): Promise<Answer> {
  const answered = metrics.checkoutTime.startTimer();
  try {
    const { sessionId, url, status, expiresAt } = await open();
    logAbout(res, { session: sessionId });
    metrics.checkouts.inc({ outcome: 'opened' });
    answered({ outcome: 'opened' });
    return { status: 201, body: { sessionId, url, status, expiresAt: timestamp(expiresAt) } };
  } catch (error) {
    const { code, status } = toProblem(error);
    metrics.checkouts.inc({ outcome: code });
    answered({ outcome: status >= 500 ? 'failed' : 'refused' });
    throw error;
  }
}
