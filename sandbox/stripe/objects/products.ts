/** Products: what is sold. Their routes are in `productRoutes.ts`. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { changedMetadata } from '../http/params';
import { newId } from '../store/ids';
import { emit } from '../webhooks/events';
import type { World } from '../world';

export function productNamed({ store }: World, id: string, param = 'id'): Stripe.Product {
  const product = store.products.get(id);
  if (product === undefined) throw noSuch('product', id, param);
  return product;
}

type Asked = Partial<{ [K in keyof ReturnType<typeof fields>]: unknown }> & {
  name: string;
  id?: string | undefined;
  active?: boolean | undefined;
  metadata?: Record<string, string> | null | undefined;
};

export function createProduct(world: World, asked: Asked): Stripe.Product {
  const { store, clock } = world;
  if (asked.id !== undefined && store.products.get(asked.id) !== undefined)
    throw invalid('Product already exists.', { code: 'resource_already_exists', param: 'id' });
  const created = clock.seconds();
  const given = Object.fromEntries(Object.entries(fields(asked)).filter(([, value]) => value !== undefined));
  const product = store.products.put({
    id: asked.id ?? newId('prod', 14),
    object: 'product',
    active: true,
    created,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: changedMetadata(null, asked.metadata),
    name: asked.name,
    package_dimensions: null,
    shippable: null,
    statement_descriptor: null,
    tax_code: null,
    tax_details: null,
    type: 'service',
    unit_label: null,
    updated: created,
    url: null,
    ...given,
  });
  emit(world, 'product.created', product);
  return product;
}

/** The fields that are stored as they were given; the empty list stands for an unset one. */
export function fields(asked: { [field: string]: unknown }) {
  return {
    active: asked.active,
    description: asked.description,
    images: asked.images === null ? [] : asked.images,
    marketing_features: asked.marketing_features === null ? [] : asked.marketing_features,
    package_dimensions: asked.package_dimensions === '' ? null : asked.package_dimensions,
    shippable: asked.shippable,
    statement_descriptor: asked.statement_descriptor,
    tax_code: asked.tax_code,
    unit_label: asked.unit_label,
    url: asked.url,
  };
}

/** What an update changed, as it was before. */
export function previousOf<T extends object>(before: T, after: T): Partial<T> {
  const changed = Object.entries(before).filter(([key, value]) => after[key as keyof T] !== value);
  return Object.fromEntries(changed) as Partial<T>;
}
