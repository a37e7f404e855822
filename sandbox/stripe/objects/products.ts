/** Products. Their routes are in `product-routes.ts`. */
import type Stripe from 'stripe';
import { invalid, noSuch } from '../http/errors';
import { changedMetadata } from '../http/metadata';
import { newId } from '../store/ids';
import { emit } from '../webhooks/events';
import type { World } from '../world';

export function productNamed({ store }: World, id: string, param = 'id'): Stripe.Product {
  const product = store.products.get(id);
  if (product === undefined) throw noSuch('product', id, param);
  return product;
}

type ProductInput = Partial<{ [K in keyof ReturnType<typeof fields>]: unknown }> & {
  name: string;
  id?: string | undefined;
  active?: boolean | undefined;
  metadata?: Record<string, string> | null | undefined;
};

export function createProduct(world: World, input: ProductInput): Stripe.Product {
  const { store, clock } = world;
  if (input.id !== undefined && store.products.get(input.id) !== undefined)
    throw invalid('Product already exists.', { code: 'resource_already_exists', param: 'id' });
  const created = clock.seconds();
  const given = Object.fromEntries(Object.entries(fields(input)).filter(([, value]) => value !== undefined));
  const product = store.products.put({
    id: input.id ?? newId('prod', 14),
    object: 'product',
    active: true,
    created,
    default_price: null,
    description: null,
    images: [],
    livemode: false,
    marketing_features: [],
    metadata: changedMetadata(null, input.metadata),
    name: input.name,
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

/** The fields that are stored as given; unset lists become empty. */
export function fields(input: { [field: string]: unknown }) {
  return {
    active: input.active,
    description: input.description,
    images: input.images === null ? [] : input.images,
    marketing_features: input.marketing_features === null ? [] : input.marketing_features,
    package_dimensions: input.package_dimensions === '' ? null : input.package_dimensions,
    shippable: input.shippable,
    statement_descriptor: input.statement_descriptor,
    tax_code: input.tax_code,
    unit_label: input.unit_label,
    url: input.url,
  };
}
