import { z } from 'zod';
import { HALTS } from '../../domain/halt';
import { masked } from '../../domain/licence-key';
import type { Env } from '../../platform/env';
import { downloadUrl, recoveryUrl } from '../../platform/links';
import { hasFile } from '../../store/orders/downloads';
import { publicView } from '../../store/orders/public-view';
import type { OrderView } from '../../store/orders/view';
import { Money, OrderStatus, orNull, PaymentStatus, Timestamp, timestamp } from '../http/schemas';
import { ORDER_EXAMPLE } from './examples';

/** What an order's total is made of. */
export const OrderAmounts = z.strictObject({
  subtotal: Money.meta({ description: 'The sum of the items.' }),
  discount: Money,
  shipping: Money,
  tax: Money.meta({ description: 'All of the tax, whether included in the prices or added to them.' }),
  taxIncluded: Money.meta({ description: 'The part of the tax that the prices already include.' }),
  total: Money,
});
export const AMOUNTS_ADD_UP =
  'The total is subtotal − discount + shipping + (tax − taxIncluded). Before the payment it is the subtotal: the rest is settled on the payment page.';

const Item = z.strictObject({
  sku: z.string(),
  name: z.string(),
  quantity: z.int(),
  unitAmount: Money,
  total: Money,
});

/** An order as a storefront sees it. Anyone with the link can read it, so it has no name, e-mail or address. */
export const OrderDocument = z
  .strictObject({
    number: z.string().meta({ example: '1001' }),
    sessionId: z.string().meta({ example: 'cs_test_a1B2c3' }),
    status: OrderStatus,
    paymentStatus: PaymentStatus,
    createdAt: Timestamp,
    amounts: OrderAmounts.meta({ description: AMOUNTS_ADD_UP }),
    items: z.array(Item).meta({
      description:
        'What is delivered. What is in a bundle is here in place of the bundle, with its part of the bundle’s price: `unitAmount` is then rounded down.',
    }),
    bought: z
      .array(
        Item.extend({
          contents: orNull(z.array(z.strictObject({ sku: z.string(), name: z.string(), quantity: z.int() }))).meta({
            description: 'What is in a bundle, for all of its units; null for any other product.',
          }),
        }),
      )
      .meta({
        description:
          'The same as it was in the cart, to show to the shopper: a bundle is one line. Both lists add up to the subtotal. A bundle of which staff have exchanged something is listed as what is delivered.',
      }),
    total: Money,
    refunded: Money,
    refundAwaitsBankDetails: orNull(Money).meta({
      description:
        'The part of `refunded` that waits for the customer: Stripe has asked them for their bank details by e-mail. Unanswered, the refund lapses.',
    }),
    refundedElsewhere: orNull(Money).meta({
      description: 'The part of `refunded` that the shop has paid in another way, such as by bank transfer.',
    }),
    expiresAt: Timestamp.meta({ description: 'The end of the hold.' }),
    shipments: z.array(
      z.strictObject({
        carrier: z.string(),
        trackingNumber: z.string(),
        trackingUrl: orNull(z.string()),
        shippedAt: Timestamp,
        deliveredAt: orNull(Timestamp),
      }),
    ),
    downloads: z
      .array(z.strictObject({ sku: z.string(), url: z.string(), expiresAt: Timestamp, remaining: z.int() }))
      .meta({ description: 'Downloads that were granted and not revoked.' }),
    licenceKeys: z
      .array(
        z.strictObject({
          sku: z.string(),
          key: orNull(z.string()).meta({ description: 'Null once it is revoked.' }),
          masked: z.boolean().meta({ description: 'Whether `key` is its last characters alone.' }),
          revoked: z.boolean(),
        }),
      )
      .meta({
        description:
          'Licence keys that were issued, one for each unit. By the session’s id or the order’s number they are whole for as long as a download of the order would work, and masked from then on.',
      }),
    recoveryUrl: orNull(z.string()).meta({
      description: 'Set while an expired order can be recovered. Prefills no address: only the link in the mail does.',
    }),
    soldOut: z.boolean().meta({ description: 'Whether it ended because something in it was sold out.' }),
    halted: orNull(z.enum(HALTS)).meta({
      description:
        'What keeps it from going on, whatever its status: `check`, the shop or the bank looks at something first; `refund_failed`, all of its money was to go back and did not; `repaid`, the bank has given the money back. Null: nothing.',
    }),
    voucher: orNull(
      z.strictObject({
        url: orNull(z.string()).meta({ description: 'The page with the voucher or the instructions.' }),
        reference: orNull(z.string()).meta({
          description: 'The number to pay with; null where there is none, or each shop has its own.',
        }),
        stores: z
          .array(z.strictObject({ name: z.string(), paymentCode: z.string(), confirmationNumber: orNull(z.string()) }))
          .meta({ description: 'The shops where it can be paid, each with its own codes (Konbini).' }),
        expiresAt: orNull(Timestamp).meta({ description: 'Until when it can be paid.' }),
      }),
    ).meta({ description: 'How to pay a voucher or a bank transfer, while its payment is on its way.' }),
    updatedAt: Timestamp,
  })
  .meta({ id: 'Order', example: ORDER_EXAMPLE });
export type OrderDocument = z.infer<typeof OrderDocument>;

/** `address`: whoever has the order's address, which logs contain. `customer`: the customer for sure, or staff. */
type Reader = 'address' | 'customer';

/** @param now milliseconds since the epoch */
export function orderDocument(
  env: Pick<Env, 'PUBLIC_URL' | 'SIGNING_SECRET'>,
  now: number,
  order: OrderView,
  reader: Reader,
): OrderDocument {
  const recoverable =
    order.status === 'EXPIRED' && order.recoverableUntil !== null && order.recoverableUntil.getTime() > now;
  return {
    ...publicView(order),
    expiresAt: timestamp(order.holdUntil),
    downloads: order.grants.filter(hasFile).map(({ id, sku, expiresAt, allowed, used }) => ({
      sku,
      url: downloadUrl(env, id),
      expiresAt: timestamp(expiresAt),
      remaining: allowed - used,
    })),
    licenceKeys: order.licenceKeys.map(({ sku, key, expiresAt, revokedAt }) => {
      if (revokedAt !== null) return { sku, key: null, masked: false, revoked: true };
      const isMasked = reader === 'address' && expiresAt.getTime() <= now;
      return { sku, key: isMasked ? masked(key) : key, masked: isMasked, revoked: false };
    }),
    recoveryUrl: recoverable ? recoveryUrl(env, 'return', order.sessionId) : null,
    halted: order.halted,
    voucher: order.voucher,
  };
}
