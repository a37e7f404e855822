import type { OrderFactsNow } from '../../../activities/order/facts';
import { progressOf, withCustomer } from '../../../domain/parcel';
import type { ReplaceableItem } from '../../../domain/replacements';
import type { OrderReport } from '../../../messages/order';

/** Orders of mugs and pots, as their workflow reads them, and what staff are offered of one. */

export const line = (change: Partial<ReplaceableItem> = {}): ReplaceableItem => ({
  ...{ sku: 'mug', name: 'Mug', kind: 'PHYSICAL', unitAmount: 500, total: 1_000, quantity: 2 },
  ...{ shipped: 0, restocked: 0, returned: 0, replaced: 0 },
  ...change,
});
export const pot = (change: Partial<ReplaceableItem> = {}) => line({ sku: 'pot', name: 'Pot', ...change });

export const orderOf = (facts: Partial<OrderFactsNow>, items: ReplaceableItem[]): OrderFactsNow =>
  ({
    ...{ number: '1042', total: 2_000, currency: 'eur', skus: items.map(({ sku }) => sku), digital: false },
    ...{ disputed: false, reviewOpen: false, fraudWarning: false, lost: false, refundRefused: false },
    ...{ cancelRequested: null, cancelRefused: false, shippedAt: null, unreached: null },
    anythingShipped: items.some(({ shipped }) => shipped > 0),
    nothingOut: withCustomer(items).length === 0,
    lines: progressOf(items, facts.stock === 'RETURNED'),
    ...facts,
  }) as OrderFactsNow;

export const updates = ({ actions }: OrderReport) => actions.map(({ action }) => action);
