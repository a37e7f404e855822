import { z } from 'zod';
import { isEmailAddress } from '../../domain/email';
import { isSku } from '../../domain/ids';
import { languageOf } from '../../domain/locale';
import { Problem } from '../../domain/problem';
import { keyedHash } from '../../platform/keyed-hash';
import { findForSale } from '../../store/catalogue/products';
import { count } from '../../store/limits/counters';
import { keepStockRequest } from '../../store/stock/requests';
import type { ApiDeps } from '../deps';
import { languageAskedBy } from '../http/language';
import type { Limits } from '../http/limits';
import { type Route, route } from '../http/route';
import { text } from '../http/schemas';

/** How many products one address may be told of in a day: anybody can give somebody else's. */
const MOST_A_DAY = 10;
const DAY_MS = 86_400_000;

const Notify = z
  .strictObject({
    email: text(320).refine((given) => isEmailAddress(given.trim()), 'must be an e-mail address'),
    locale: text(35).optional().meta({
      description: 'The language to write in; without it, the one that the browser asks for (`Accept-Language`).',
      example: 'de-AT',
    }),
  })
  .meta({ id: 'NotifyRequest', example: { email: 'ada@example.com' } });

const Accepted = z.strictObject({ accepted: z.literal(true) });

/** `POST /products/{sku}/notify`: tell me when it is back. */
export const notifyRoutes = ({ db, env, clock }: ApiDeps, limits: Limits): Route[] => [
  route({
    method: 'post',
    path: '/products/{sku}/notify',
    tag: 'Storefront',
    summary: 'Tell an address once when a product is available again',
    description:
      'The answer is the same whether or not the address is known or waits already, and whether or not the product is sold out now: only then is anything kept. One mail, soon after the product can be bought; then the address is forgotten.',
    params: z.object({ sku: z.string().meta({ example: 'TULIPS' }) }),
    body: Notify,
    answers: { 202: { description: 'Accepted, whatever comes of it.', schema: Accepted } },
    problems: ['unknown_sku', 'rate_limited'],
    handle: async ({ params: { sku }, body, req }) => {
      await limits.notify(req);
      const [product] = isSku(sku) ? await findForSale(db, { skus: [sku] }) : [];
      if (!product) throw new Problem('unknown_sku', 'No product with this SKU is for sale.');
      const email = body.email.trim().toLowerCase();
      const at = new Date(clock.now());
      const address = keyedHash(env.SIGNING_SECRET, `notify\n${email}`);
      // One that can be bought now would be told of at once, to an address that nobody has confirmed.
      const isGone = product.refused || product.available === 0;
      const { hits } = await count(db, { key: `notified/${address}`, windowMs: DAY_MS, at });
      if (isGone && hits <= MOST_A_DAY)
        await keepStockRequest(db, { sku, email, at, language: languageOf(body.locale ?? languageAskedBy(req)) });
      return { status: 202, body: { accepted: true } };
    },
  }),
];
