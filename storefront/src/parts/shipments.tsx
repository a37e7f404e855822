import type { Order } from '@holdfast/client';
import { formatDay } from '../words/formats';
import { useWords } from '../words/language';

/** The order's parcels, with tracking links. */
export function Shipments({ order: { shipments } }: { order: Order }) {
  const { yourOrder } = useWords();
  if (shipments.length === 0) return null;
  return (
    <section>
      <h2>{yourOrder.parcels(shipments.length)}</h2>
      <ul className="rows">
        {shipments.map(({ carrier, trackingNumber, trackingUrl, shippedAt, deliveredAt }) => (
          <li key={`${carrier} ${trackingNumber}`}>
            <span>
              {carrier} {trackingUrl ? <Outside href={trackingUrl}>{trackingNumber}</Outside> : trackingNumber}
            </span>
            <span className="hint">
              {deliveredAt ? yourOrder.delivered(formatDay(deliveredAt)) : yourOrder.shipped(formatDay(shippedAt))}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
}

/** Staff type tracking addresses by hand: only an http(s) address becomes a link. */
function Outside({ href, children }: { href: string; children: string }) {
  if (!/^https?:/i.test(href)) return children;
  return (
    <a href={href} target="_blank" rel="noreferrer">
      {children}
    </a>
  );
}
