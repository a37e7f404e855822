import type { OrderSnapshot } from '../../domain/order-snapshot';

type Lines = { lines?: OrderSnapshot['lines'] | undefined };

/** What brought an order to its status since it was last read, in words for staff. */
export const meanwhile = (before: Lines, now: Lines & Pick<OrderSnapshot, 'status'>): string =>
  sentAgain(before, now) ?? `Now ${now.status}, by what was recorded meanwhile`;

function sentAgain(before: Lines, now: Lines): string | null {
  const earlier = new Map((before.lines ?? []).map(({ sku, replaced = 0 }) => [sku, replaced]));
  const units = (now.lines ?? [])
    .map(({ sku, replaced = 0 }) => ({ sku, quantity: replaced - (earlier.get(sku) ?? 0) }))
    .filter(({ quantity }) => quantity > 0)
    .map(({ sku, quantity }) => `${quantity} × ${sku}`);
  return units.length > 0 ? `To be sent again: ${units.join(', ')}` : null;
}
