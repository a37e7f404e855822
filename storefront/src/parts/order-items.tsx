import { formatMoney, type Order } from '@holdfast/client';
import { sumsOf } from '../../../domain/order-sums';
import { en } from '../../../domain/words/en';
import { formatMoment } from '../words/when';
import { PriceTable } from './price-table';

/** The items of an order and their prices. */
export function OrderItems({ order }: { order: Order }) {
  const { amounts, bought, total, refunded } = order;
  return (
    <section>
      <h2>What you ordered</h2>
      <PriceTable
        items={bought.map((item) => ({ ...item, price: formatMoney(item.total) }))}
        sums={[
          ...sumsOf(amounts, en.sums).map(({ name, amount }) => ({ label: name, amount: formatMoney(amount) })),
          { label: en.sums.total, amount: formatMoney(total), isTotal: true },
          ...(refunded.amount > 0 ? [{ label: 'Refunded', amount: formatMoney(refunded) }] : []),
        ]}
      />
      <p className="hint">As of {formatMoment(order.updatedAt)}</p>
    </section>
  );
}
