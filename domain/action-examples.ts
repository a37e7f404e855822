import type { UpdateAction } from './action-facts';
import { formatMoney } from './money';
import { refundableNow } from './order-money';
import type { OrderSnapshot } from './order-snapshot';
import type { LineProgress, ParcelLine } from './parcel';

/** Data for an update, made of one order. `means`: what this data says, in words that follow “for”; absent if plain. */
export interface ActionExample {
  data: object;
  means?: string;
}

/** Stands in an example where staff must write something themselves. */
export const PLACEHOLDER = '…';

/** What an example is made of. */
export type ExampleFacts = Pick<
  OrderSnapshot,
  'total' | 'currency' | 'refunded' | 'lostAmount' | 'openRefunds' | 'lines' | 'disputed'
> & {
  /** Staff must decide about a refund, not about something that was reported. */
  isAboutRefund: boolean;
};

/** Data that staff can paste into the update, with this order's SKUs and open quantities. Empty: it takes nothing. */
export function examplesOf(action: UpdateAction, order: ExampleFacts): ActionExample[] {
  switch (action) {
    case 'ship':
      return [{ data: { carrier: 'DHL', trackingNumber: PLACEHOLDER, items: unitsOf(order, toSend) } }];
    case 'hold':
      return [{ data: { reason: 'address' } }];
    case 'cancel':
      return [{ data: { reason: 'requested_by_customer' } }];
    case 'refund':
      return refunds(order);
    case 'return':
      return returns(order);
    case 'replace':
      return replacements(order);
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

function refunds(order: ExampleFacts): ActionExample[] {
  const amount = refundable(order);
  const left = formatMoney({ amount, currency: order.currency });
  const reason = 'requested_by_customer';
  return [
    { data: { reason }, means: `all that is left, ${left}` },
    { data: { amount, reason }, means: `a part: at most ${left}, in the currency’s smallest unit` },
  ];
}

/** With money only where it can be given back. */
function returns(order: ExampleFacts): ActionExample[] {
  const items = unitsOf(order, outOf);
  const resold = { items, condition: 'restock' };
  return [
    refundable(order) > 0 && !order.disputed && (order.lines ?? []).some(isPaid)
      ? { data: { ...resold, refund: {} }, means: 'goods that can be sold again, and what they cost' }
      : { data: resold, means: 'goods that can be sold again, and no money' },
    { data: { items, condition: 'write_off' }, means: 'goods that cannot, and no money' },
  ];
}

/** What is sent can be sent again, as it was or as another SKU; what is not sent yet can only be exchanged. */
function replacements(order: ExampleFacts): ActionExample[] {
  const [again] = unitsOf(order, (line) => Math.min(1, sentOf(line)));
  const [waiting] = unitsOf(order, (line) => Math.min(1, line.toShip, ownedOf(line)));
  const [sent] = unitsOf(order, (line) => Math.min(1, sentOf(line) - (line.refunded ?? 0), ownedOf(line)));
  const instead = waiting ?? sent;
  return [
    ...(again ? [{ data: { items: [again] }, means: 'the same again' }] : []),
    ...(instead
      ? [{ data: { items: [{ ...instead, with: PLACEHOLDER }] }, means: 'another SKU that costs the same, instead' }]
      : []),
  ];
}

/** Sent, and not yet sent again. */
const sentOf = ({ shipped, replaced = 0 }: LineProgress): number => shipped - replaced;

/** Bought, and the price not given back with a return. */
const ownedOf = ({ quantity, replaced = 0, refunded = 0 }: LineProgress): number => quantity - replaced - refunded;

/** Whether something was paid for what the customer has of a line. It costs nothing once that was given back. */
const isPaid = (line: LineProgress): boolean => line.free !== true && outOf(line) > 0 && ownedOf(line) > 0;

const outOf = ({ shipped, returned, withCustomer = shipped - returned }: LineProgress): number => withCustomer;

/** What can be in the next parcel. */
const toSend = ({ toShip, again = toShip }: LineProgress): number => again;

const refundable = ({ total, refunded = 0, lostAmount = 0, openRefunds = [] }: ExampleFacts): number =>
  refundableNow({ total, refunded, lostAmount }, openRefunds);

function unitsOf({ lines = [] }: ExampleFacts, units: (line: LineProgress) => number): ParcelLine[] {
  return lines.map((line) => ({ sku: line.sku, quantity: units(line) })).filter(({ quantity }) => quantity > 0);
}
