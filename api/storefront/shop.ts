import { z } from 'zod';
import { addedAtCheckout, type ShopSettings } from '../../domain/shop';
import { readShop } from '../../store/shop/settings';
import type { ApiDeps } from '../deps';
import { CACHED, CONDITIONAL, cacheable, NOT_MODIFIED } from '../http/caching';
import { type Route, route } from '../http/route';
import { SharedQueries } from '../http/shared-queries';

const Shop = z
  .strictObject({
    addedAtCheckout: z
      .strictObject({
        shipping: z.boolean().meta({ description: 'Goods are shipped at a price, which the shopper chooses there.' }),
        tax: z.boolean().meta({ description: 'Stripe works out the tax; where prices are without it, it is added.' }),
      })
      .meta({ description: 'What may come on top of the sum of a cart, on the payment page.' }),
  })
  .meta({ id: 'AddedAtCheckout', example: { addedAtCheckout: { shipping: true, tax: false } } });

/** `GET /shop`: what a cart should say beside its sum. */
export function shopRoute({ db }: Pick<ApiDeps, 'db'>): Route {
  const queries = new SharedQueries<ShopSettings>();
  return route({
    method: 'get',
    path: '/shop',
    tag: 'Storefront',
    summary: 'What may come on top of the sum of a cart',
    headers: CONDITIONAL,
    answers: { 200: { description: 'For every cart.', schema: Shop, headers: CACHED }, 304: NOT_MODIFIED },
    handle: async () => {
      const settings = await queries.ask('shop', () => readShop(db));
      return cacheable({ addedAtCheckout: addedAtCheckout(settings) });
    },
  });
}
