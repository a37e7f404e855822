import type { ReactNode } from 'react';
import { useWords } from '../words/language';

export interface PricedItem {
  sku: string;
  name: string;
  quantity: number;
  price: string;
  /** Said below its name. */
  remark?: ReactNode;
}

interface Sum {
  label: string;
  amount: string;
  isTotal?: boolean;
}

/** Items with their prices, and the sums below them. */
export function PriceTable({ items, sums }: { items: PricedItem[]; sums: Sum[] }) {
  const words = useWords();
  return (
    <table>
      <thead className="unseen">
        <tr>
          <th scope="col">{words.sums.item}</th>
          <th scope="col">{words.yourOrder.price}</th>
        </tr>
      </thead>
      <tbody>
        {items.map(({ sku, name, quantity, price, remark }) => (
          <tr key={sku}>
            <th scope="row">
              {quantity > 1 && `${quantity} × `}
              {name}
              {remark}
            </th>
            <td>{price}</td>
          </tr>
        ))}
      </tbody>
      {sums.length > 0 && (
        <tfoot>
          {sums.map(({ label, amount, isTotal }) => (
            <tr key={label} className={isTotal ? 'total' : undefined}>
              <th scope="row">{label}</th>
              <td>{amount}</td>
            </tr>
          ))}
        </tfoot>
      )}
    </table>
  );
}
