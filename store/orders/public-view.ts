import type { BoughtLine } from '../../domain/bundle';
import type { Money } from '../../domain/money';
import type { OrderView } from './view';

/**
 * What everybody may know of an order, as JSON has it: no name, e-mail or address, and no link by which somebody could
 * act for the shopper. Storefronts and the receiver of events get this.
 */
export const publicView = (order: OrderView) => {
  const inCurrency = (amount: number): Money => ({ amount, currency: order.currency });
  const line = ({ sku, name, quantity, unitAmount, total }: Omit<BoughtLine, 'contents'>) => ({
    ...{ sku, name, quantity },
    unitAmount: inCurrency(unitAmount),
    total: inCurrency(total),
  });
  const { subtotal, discount, shipping, tax, taxIncluded } = order.amounts;
  return {
    number: order.number,
    sessionId: order.sessionId,
    status: order.status,
    paymentStatus: order.paymentStatus,
    createdAt: order.createdAt.toISOString(),
    amounts: {
      subtotal: inCurrency(subtotal),
      discount: inCurrency(discount),
      shipping: inCurrency(shipping),
      tax: inCurrency(tax),
      taxIncluded: inCurrency(taxIncluded),
      total: inCurrency(order.total),
    },
    items: order.items.map(line),
    bought: order.bought.map(({ contents, ...bought }) => ({
      ...line(bought),
      contents: contents?.map(({ sku, name, quantity }) => ({ sku, name, quantity })) ?? null,
    })),
    total: inCurrency(order.total),
    refunded: inCurrency(order.refunded),
    refundAwaitsBankDetails: order.awaitingBankDetails > 0 ? inCurrency(order.awaitingBankDetails) : null,
    refundedElsewhere: order.refundedElsewhere > 0 ? inCurrency(order.refundedElsewhere) : null,
    shipments: order.shipments.map(({ carrier, trackingNumber, trackingUrl, shippedAt, deliveredAt }) => ({
      ...{ carrier, trackingNumber, trackingUrl },
      shippedAt: shippedAt.toISOString(),
      deliveredAt: deliveredAt?.toISOString() ?? null,
    })),
    soldOut: order.soldOut,
    updatedAt: order.updatedAt.toISOString(),
  };
};
