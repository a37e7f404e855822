import { formatMoney, type RecoveryCart } from '@holdfast/client';

type Item = RecoveryCart['items'][number];

/** What is behind a recovery link, at today's prices, with what cannot be had any more. */
export function RecoveryItems({ cart: { items, total } }: { cart: RecoveryCart }) {
  return (
    <table>
      <thead className="unseen">
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Price</th>
        </tr>
      </thead>
      <tbody>
        {items.map((item) => (
          <tr key={item.sku}>
            <th scope="row">
              {item.quantity > 1 && `${item.quantity} × `}
              {item.name}
              {item.problem && <p className="tag warn">{troubleOf(item)}</p>}
            </th>
            <td>{priceOf(item)}</td>
          </tr>
        ))}
      </tbody>
      {total && (
        <tfoot>
          <tr>
            <th scope="row">Total today</th>
            <td>{formatMoney(total)}</td>
          </tr>
        </tfoot>
      )}
    </table>
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
