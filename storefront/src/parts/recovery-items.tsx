import type { RecoveryCart } from '@holdfast/client';
import type { ShopWords } from '../words/en';
import { money } from '../words/formats';
import { useWords } from '../words/language';
import { PriceTable } from './price-table';

type Item = RecoveryCart['items'][number];

/** What is behind a recovery link, at today's prices, with what cannot be had any more. */
export function RecoveryItems({ cart: { items, total } }: { cart: RecoveryCart }) {
  const { recovery } = useWords();
  return (
    <PriceTable
      items={items.map((item) => ({
        ...{ sku: item.sku, name: item.name, quantity: item.quantity, price: priceOf(item, recovery) },
        ...(item.problem && { remark: <p className="tag warn">{troubleOf(item, recovery)}</p> }),
      }))}
      sums={total ? [{ label: recovery.totalToday, amount: money(total), isTotal: true }] : []}
    />
  );
}

type Words = ShopWords['recovery'];

function priceOf({ total, payWhatYouWant }: Item, words: Words): string {
  if (total) return money(total);
  return payWhatYouWant ? words.from(money(payWhatYouWant.minimum)) : '';
}

function troubleOf({ problem, available }: Item, words: Words): string {
  if (problem === 'out_of_stock') return available ? words.onlyLeft(available) : words.noneLeft;
  return problem === 'unknown_sku' ? words.gone : words.notForSale;
}
