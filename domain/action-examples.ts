import type { UpdateAction } from './action-facts';
import { formatMoney } from './money';
import { leftOf } from './order-money';
import type { OrderSnapshot } from './order-snapshot';
import type { ParcelLine } from './parcel';

/** Data for an update, made of one order. `means`: what this data says, in words that follow “for”; absent if plain. */
export interface ActionExample {
  data: object;
  means?: string;
}

/** Stands in an example where staff must write something themselves. */
export const PLACEHOLDER = '…';

/** What an example is made of. */
export type ExampleFacts = Pick<OrderSnapshot, 'total' | 'currency' | 'refunded' | 'lostAmount' | 'lines'> & {
  /** Staff must decide about a refund, not about something that was reported. */
  isAboutRefund: boolean;
};

/** Data that staff can paste into the update, with this order's SKUs and open quantities. Empty: it takes nothing. */
export function examplesOf(action: UpdateAction, order: ExampleFacts): ActionExample[] {
  switch (action) {
    case 'ship':
      return [{ data: { carrier: 'DHL', trackingNumber: PLACEHOLDER, items: unitsOf(order, ({ toShip }) => toShip) } }];
    case 'hold':
      return [{ data: { reason: 'address' } }];
    case 'cancel':
      return [{ data: { reason: 'requested_by_customer' } }];
    case 'refund':
      return refunds(order);
    case 'return': {
      const items = unitsOf(order, ({ shipped, returned }) => shipped - returned);
      return [
        {
          data: { items, condition: 'restock', refund: {} },
          means: 'goods that can be sold again, and what they cost',
        },
        { data: { items, condition: 'write_off' }, means: 'goods that cannot, and no money' },
      ];
    }
    case 'replace':
      return [{ data: { items: unitsOf(order, ({ quantity }) => Math.min(1, quantity)).slice(0, 1) } }];
    case 'resolve':
      return order.isAboutRefund
        ? [{ data: { how: 'withdraw' } }, { data: { how: 'settled_elsewhere' } }]
        : [{ data: { how: 'accept' } }];
    case 'deliver':
    case 'release':
    case 'retry':
      return [];
  }
}

function refunds({ total, refunded = 0, lostAmount = 0, currency }: ExampleFacts): ActionExample[] {
  const amount = leftOf({ total, refunded, lostAmount });
  const left = formatMoney({ amount, currency });
  const reason = 'requested_by_customer';
  return [
    { data: { reason }, means: `all that is left, ${left}` },
    { data: { amount, reason }, means: `a part: at most ${left}, in the currency’s smallest unit` },
  ];
}

function unitsOf({ lines = [] }: ExampleFacts, units: (line: (typeof lines)[number]) => number): ParcelLine[] {
  return lines.map((line) => ({ sku: line.sku, quantity: units(line) })).filter(({ quantity }) => quantity > 0);
}
