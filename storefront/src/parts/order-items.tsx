import type { Order } from '@holdfast/client';
import { sumsOf } from '../../../domain/order-sums';
import { formatMoment, money } from '../words/formats';
import { useWords } from '../words/language';
import { PriceTable } from './price-table';

/** The items of an order and their prices. */
export function OrderItems({ order }: { order: Order }) {
  const { amounts, bought, total, refunded } = order;
  const { sums, yourOrder } = useWords();
  return (
    <section>
      <h2>{yourOrder.ordered}</h2>
      <PriceTable
        items={bought.map((item) => ({ ...item, price: money(item.total) }))}
        sums={[
          ...sumsOf(amounts, sums).map(({ name, amount }) => ({ label: name, amount: money(amount) })),
          { label: sums.total, amount: money(total), isTotal: true },
          ...(refunded.amount > 0 ? [{ label: yourOrder.refunded, amount: money(refunded) }] : []),
        ]}
      />
      <p className="hint">{yourOrder.asOf(formatMoment(order.updatedAt))}</p>
    </section>
  );
}
