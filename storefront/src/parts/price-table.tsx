import type { ReactNode } from 'react';

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
  return (
    <table>
      <thead className="unseen">
        <tr>
          <th scope="col">Item</th>
          <th scope="col">Price</th>
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
