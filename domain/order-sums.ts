import type { Money } from './money';
import type { SumWords } from './words/en';

/** What a total is made of: subtotal − discount + shipping + (tax − taxIncluded). */
export type Amounts = Record<'subtotal' | 'discount' | 'shipping' | 'tax' | 'taxIncluded' | 'total', Money>;

/** The lines between an order's items and its total, each with its name. Sums of zero are left out. */
export function sumsOf(amounts: Amounts, names: SumWords): { name: string; amount: Money }[] {
  const { subtotal, discount, shipping, tax, taxIncluded, total } = amounts;
  const lines = [
    ...(total.amount === subtotal.amount ? [] : [{ name: names.subtotal, amount: subtotal }]),
    { name: names.discount, amount: { ...discount, amount: -discount.amount } },
    { name: names.shipping, amount: shipping },
    { name: names.tax, amount: { ...tax, amount: tax.amount - taxIncluded.amount } },
    { name: names.taxIncluded, amount: taxIncluded },
  ];
  return lines.filter(({ amount }) => amount.amount !== 0);
}
