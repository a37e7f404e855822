import { formatMoney, type Order } from '@holdfast/client';
import { formatMoment } from '../words/when';

/** The items of an order and their prices. */
export function OrderItems({ order }: { order: Order }) {
  return (
    <section>
      <h2>What you ordered</h2>
      <table>
        <thead className="unseen">
          <tr>
            <th scope="col">Item</th>
            <th scope="col">Price</th>
          </tr>
        </thead>
        <tbody>
          {order.items.map(({ sku, name, quantity, total }) => (
            <tr key={sku}>
              <th scope="row">
                {quantity > 1 && `${quantity} × `}
                {name}
              </th>
              <td>{formatMoney(total)}</td>
            </tr>
          ))}
        </tbody>
        <tfoot>
          <tr>
            <th scope="row">Total</th>
            <td>{formatMoney(order.total)}</td>
          </tr>
          {order.refunded.amount > 0 && (
            <tr>
              <th scope="row">Refunded</th>
              <td>{formatMoney(order.refunded)}</td>
            </tr>
          )}
        </tfoot>
      </table>
      <p className="hint">As of {formatMoment(order.updatedAt)}</p>
    </section>
  );
}
