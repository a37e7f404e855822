/** `/v1/customers`, as far as a session's `customer` needs them. */
import type Stripe from 'stripe';
import { noSuch } from '../http/errors';
import { page, pagingByTime } from '../http/lists';
import { changedMetadata, metadata } from '../http/metadata';
import { email, emptyable, group, known, type Read, text } from '../http/params';
import { type Route, route } from '../http/route';
import { newId, randomText } from '../store/ids';
import { emit, previousOf } from '../webhooks/events';
import type { World } from '../world';

export const addressShape = {
  city: emptyable(text()),
  country: emptyable(text({ max: 2 })),
  line1: emptyable(text()),
  line2: emptyable(text()),
  postal_code: emptyable(text()),
  state: emptyable(text()),
};

const shape = {
  address: emptyable(group(addressShape)),
  description: emptyable(text()),
  email: emptyable(email),
  metadata,
  name: emptyable(text({ max: 256 })),
  phone: emptyable(text({ max: 20 })),
  preferred_locales: known,
  shipping: known,
};

export const customerRoutes: Route[] = [
  route('POST', '/v1/customers', shape, ({ world, params }) => createCustomer(world, params)),
  route('GET', '/v1/customers', { ...pagingByTime, email: text() }, ({ world, params }) =>
    page(world.store.customers, params, {
      url: '/v1/customers',
      what: 'customer',
      where: (customer) => params.email === undefined || customer.email === params.email,
    }),
  ),
  route('GET', '/v1/customers/:id', {}, ({ world, id }) => customerNamed(world, id)),
  route('POST', '/v1/customers/:id', shape, ({ world, id, params }) => {
    const before = customerNamed(world, id);
    const after = world.store.customers.put({
      ...before,
      ...(params.address !== undefined && { address: addressOf(params.address) }),
      ...(params.description !== undefined && { description: params.description }),
      ...(params.email !== undefined && { email: params.email }),
      ...(params.name !== undefined && { name: params.name }),
      ...(params.phone !== undefined && { phone: params.phone }),
      metadata: changedMetadata(before.metadata, params.metadata),
    });
    emit(world, 'customer.updated', after, previousOf(before, after));
    return after;
  }),
];

/** Creates a customer: for a request, or for the buyer of a session with `customer_creation: always`. */
export function createCustomer(world: World, params: Read<typeof shape>): Stripe.Customer {
  const customer = world.store.customers.put({
    id: newId('cus', 14),
    object: 'customer',
    address: addressOf(params.address),
    balance: 0,
    created: world.clock.seconds(),
    currency: null,
    default_source: null,
    delinquent: false,
    description: params.description ?? null,
    email: params.email ?? null,
    invoice_prefix: randomText(8).toUpperCase(),
    invoice_settings: { custom_fields: null, default_payment_method: null, footer: null, rendering_options: null },
    livemode: false,
    metadata: changedMetadata(null, params.metadata),
    name: params.name ?? null,
    phone: params.phone ?? null,
    preferred_locales: [],
    shipping: null,
    tax_exempt: 'none',
    test_clock: null,
  });
  emit(world, 'customer.created', customer);
  return customer;
}

export function customerNamed({ store }: World, id: string, param = 'id'): Stripe.Customer {
  const customer = store.customers.get(id);
  if (customer === undefined) throw noSuch('customer', id, param);
  return customer;
}

/** An address with every field Stripe has, null where none was given. */
export function addressOf(
  given: Partial<Record<keyof Stripe.Address, string | null | undefined>> | null | undefined,
): Stripe.Address | null {
  if (given === null || given === undefined) return null;
  const { city, country, line1, line2, postal_code, state } = given;
  return {
    city: city ?? null,
    country: country ?? null,
    line1: line1 ?? null,
    line2: line2 ?? null,
    postal_code: postal_code ?? null,
    state: state ?? null,
  };
}
