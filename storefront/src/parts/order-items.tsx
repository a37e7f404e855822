import { formatMoney, type Order } from '@holdfast/client';
import { formatMoment } from '../words/when';
import { PriceTable } from './price-table';

/** The items of an order and their prices. */
export function OrderItems({ order }: { order: Order }) {
  const { bought, total, refunded } = order;
  return (
    <section>
      <h2>What you ordered</h2>
      <PriceTable
        items={bought.map((item) => ({ ...item, price: formatMoney(item.total) }))}
        sums={[
          { label: 'Total', amount: formatMoney(total) },
          ...(refunded.amount > 0 ? [{ label: 'Refunded', amount: formatMoney(refunded) }] : []),
        ]}
      />
      <p className="hint">As of {formatMoment(order.updatedAt)}</p>
    </section>
  );
}
