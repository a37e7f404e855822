import { formatMoney, type RecoveryCart } from '@holdfast/client';
import { PriceTable } from './price-table';

type Item = RecoveryCart['items'][number];

/** What is behind a recovery link, at today's prices, with what cannot be had any more. */
export function RecoveryItems({ cart: { items, total } }: { cart: RecoveryCart }) {
  return (
    <PriceTable
      items={items.map((item) => ({
        ...{ sku: item.sku, name: item.name, quantity: item.quantity, price: priceOf(item) },
        ...(item.problem && { remark: <p className="tag warn">{troubleOf(item)}</p> }),
      }))}
      sums={total ? [{ label: 'Total today', amount: formatMoney(total), isTotal: true }] : []}
    />
  );
}

function priceOf({ total, payWhatYouWant }: Item): string {
  if (total) return formatMoney(total);
  return payWhatYouWant ? `From ${formatMoney(payWhatYouWant.minimum)}` : '';
}

function troubleOf({ problem, available }: Item): string {
  if (problem === 'out_of_stock') return available ? `Only ${available} left` : 'None left at the moment';
  return problem === 'unknown_sku' ? 'No longer sold' : 'Not for sale at the moment';
}
