import type { Order } from '@holdfast/client';
import { useWords } from '../words/language';

/** The licence keys of an order, to copy. */
export function LicenceKeys({ order: { licenceKeys, items } }: { order: Order }) {
  const words = useWords();
  if (licenceKeys.length === 0) return null;
  return (
    <section>
      <h2>{words.licenceKeys}</h2>
      <ul className="rows">
        {licenceKeys.map(({ sku, key, masked }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: their order is fixed, and revoked ones look the same
          <li key={index}>
            <span>{items.find((item) => item.sku === sku)?.name ?? sku}</span>
            {key === null ? <span className="hint">{words.keyRevoked}</span> : <code>{key}</code>}
            {masked && <span className="hint">{words.keyMasked}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
}
