/** `/v1/products`: the routes; `products.ts` has the objects. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { emptyable, flag, group, known, list, required, text, unsupported, url } from '../http/params';
import { type Route, route } from '../http/route';
import { emit, previousOf } from '../webhooks/events';
import { createPrice, priceShape } from './prices';
import { createProduct, fields, productNamed } from './products';
import { taxCode } from './taxes';

const shared = {
  active: flag,
  description: emptyable(text()),
  images: emptyable(list(url, { max: 8 })),
  marketing_features: emptyable(list(group({ name: required(text({ max: 80 })) }), { max: 15 })),
  metadata,
  package_dimensions: known,
  shippable: flag,
  statement_descriptor: text({ max: 22 }),
  tax_code: emptyable(taxCode),
  unit_label: emptyable(text({ max: 12 })),
  url: emptyable(url),
};

const { product: _product, product_data: _productData, ...defaultPrice } = priceShape;

export const productRoutes: Route[] = [
  route(
    'POST',
    '/v1/products',
    {
      ...shared,
      name: required(text()),
      id: text(),
      default_price_data: group(defaultPrice),
      tax_details: unsupported,
      type: known,
    },
    ({ world, params }) => {
      const { default_price_data, ...input } = params;
      const product = createProduct(world, input);
      if (default_price_data === undefined) return product;
      const price = createPrice(world, { ...default_price_data, product: product.id });
      return world.store.products.patch(product.id, { default_price: price.id });
    },
  ),
  route(
    'GET',
    '/v1/products',
    { ...pagingByTime, active: flag, ids: list(text()), shippable: flag, type: known, url },
    ({ world, params }) =>
      page(world.store.products, params, {
        url: '/v1/products',
        what: 'product',
        where: (product) =>
          (params.active === undefined || product.active === params.active) &&
          (params.ids === undefined || params.ids.includes(product.id)) &&
          (params.shippable === undefined || product.shippable === params.shippable) &&
          (params.url === undefined || product.url === params.url),
      }),
  ),
  route('GET', '/v1/products/:id', {}, ({ world, id }) => productNamed(world, id)),
  route(
    'POST',
    '/v1/products/:id',
    { ...shared, name: text(), default_price: text(), tax_details: unsupported },
    ({ world, id, params }) => {
      const before = productNamed(world, id);
      if (params.default_price !== undefined && world.store.prices.get(params.default_price)?.product !== id)
        throw noSuch('price', params.default_price, 'default_price');
      const changes = Object.fromEntries(Object.entries(fields(params)).filter(([, value]) => value !== undefined));
      const after = world.store.products.put({
        ...before,
        ...changes,
        ...(params.name !== undefined && { name: params.name }),
        ...(params.default_price !== undefined && { default_price: params.default_price }),
        metadata: changedMetadata(before.metadata, params.metadata),
        updated: world.clock.seconds(),
      });
      emit(world, 'product.updated', after, previousOf(before, after));
      return after;
    },
  ),
  route('DELETE', '/v1/products/:id', {}, ({ world, id }): Stripe.DeletedProduct => {
    const product = productNamed(world, id);
    if (world.store.prices.by('product', id).length > 0)
      throw invalid('This product cannot be deleted because it has one or more user-created prices.');
    world.store.products.delete(id);
    emit(world, 'product.deleted', product);
    return { id, object: 'product', deleted: true };
  }),
];
