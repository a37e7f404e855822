import type { ReactNode } from 'react';
import { dayIn, momentIn } from '../../../domain/dates';
import { formatMoney, type Money } from '../../../domain/money';
import { bankDetailsNeeded, IF_IT_TAKES_LONGER, storyOf } from '../../../domain/story';
import { Story, webAddress } from '../../pages/page';
import type { OrderDocument } from '../order-document';

export interface Shown {
  order: OrderDocument;
  /** Of money and dates. */
  locale: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** An order for its shopper: the same story as the storefront's success page. */
export const OrderStory = ({ order, locale }: Pick<Shown, 'order' | 'locale'>) => {
  const { tone, title, text } = storyOf(order, locale);
  return (
    <Story tone={tone} title={title}>
      <p>{text}</p>
      {order.status === 'PENDING' && order.paymentStatus === 'UNPAID' && (
        <p>
          If this takes longer than a minute, there is no need to wait. {IF_IT_TAKES_LONGER} If you did not finish
          paying, nothing was charged.
        </p>
      )}
      <p className="hint">{`Order ${order.number}`}</p>
    </Story>
  );
};

export const BankDetails = ({ amount, locale }: { amount: Money; locale: string }) => {
  const { title, text } = bankDetailsNeeded(amount, locale);
  return (
    <section>
      <h2>{title}</h2>
      <p>{text}</p>
    </section>
  );
};

/** How to pay a voucher or a transfer that is on its way. */
export const HowToPay = ({ order: { paymentStatus, voucher }, locale }: Shown) => {
  if (paymentStatus !== 'PROCESSING' || !voucher) return null;
  const { reference, stores, expiresAt } = voucher;
  const url = webAddress(voucher.url);
  return (
    <section>
      <h2>How to pay</h2>
      {url && (
        <a className="button primary" href={url}>
          Open your voucher
        </a>
      )}
      <dl>
        {reference && <Fact name="Reference">{reference}</Fact>}
        {stores.map(({ name, paymentCode, confirmationNumber }) => (
          <Fact key={name} name={name}>
            {`payment code ${paymentCode}${confirmationNumber ? `, confirmation number ${confirmationNumber}` : ''}`}
          </Fact>
        ))}
        {expiresAt && (
          <Fact name="Pay before">
            <Moment at={expiresAt} locale={locale} />
          </Fact>
        )}
      </dl>
    </section>
  );
};

const Fact = ({ name, children }: { name: string; children: ReactNode }) => (
  <>
    <dt>{name}</dt>
    <dd>{children}</dd>
  </>
);

export const Downloads = ({ order: { downloads, items }, locale, now }: Shown) => {
  if (downloads.length === 0) return null;
  return (
    <section>
      <h2>Downloads</h2>
      <ul className="rows">
        {downloads.map(({ sku, url, expiresAt, remaining }) => {
          const name = items.find((item) => item.sku === sku)?.name ?? sku;
          return (
            <li key={sku}>
              <span>{name}</span>
              {Date.parse(expiresAt) <= now ? (
                <span className="hint">
                  The link expired on <Day at={expiresAt} locale={locale} />
                </span>
              ) : remaining <= 0 ? (
                <span className="hint">No downloads left</span>
              ) : (
                <>
                  <a className="button" href={url} download>
                    Download<span className="unseen">{` ${name}`}</span>
                  </a>
                  <span className="hint">
                    {remaining === 1 ? '1 download left' : `${remaining} downloads left`}, until{' '}
                    <Day at={expiresAt} locale={locale} />
                  </span>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
};

export const Parcels = ({ order: { shipments }, locale }: Shown) => {
  if (shipments.length === 0) return null;
  return (
    <section>
      <h2>{shipments.length === 1 ? 'Parcel' : 'Parcels'}</h2>
      <ul className="rows">
        {shipments.map(({ carrier, trackingNumber, trackingUrl, shippedAt, deliveredAt }) => {
          const url = webAddress(trackingUrl);
          return (
            <li key={`${carrier} ${trackingNumber}`}>
              <span>
                {carrier} {url ? <a href={url}>{trackingNumber}</a> : trackingNumber}
              </span>
              <span className="hint">
                {deliveredAt ? 'Delivered on ' : 'Shipped on '}
                <Day at={deliveredAt ?? shippedAt} locale={locale} />
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

export const Items = ({ order, locale }: Shown) => {
  const { amounts, refunded } = order;
  const sums: [string, Money][] = [
    ...(amounts.total.amount === amounts.subtotal.amount ? [] : [['Subtotal', amounts.subtotal] as [string, Money]]),
    ['Discount', negative(amounts.discount)],
    ['Shipping', amounts.shipping],
    ['Tax', less(amounts.tax, amounts.taxIncluded)],
    ['Tax (included)', amounts.taxIncluded],
  ];
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
            <Row key={sku} name={quantity > 1 ? `${quantity} × ${name}` : name} amount={total} locale={locale} />
          ))}
        </tbody>
        <tfoot>
          {sums
            .filter(([, { amount }]) => amount !== 0)
            .map(([name, amount]) => (
              <Row key={name} name={name} amount={amount} locale={locale} />
            ))}
          <Row name="Total" amount={order.total} locale={locale} className="total" />
          {refunded.amount > 0 && <Row name="Refunded" amount={refunded} locale={locale} />}
        </tfoot>
      </table>
      <p className="hint">
        As of <Moment at={order.updatedAt} locale={locale} />
      </p>
    </section>
  );
};

const negative = ({ amount, currency }: Money): Money => ({ amount: -amount, currency });
const less = (one: Money, other: Money): Money => ({ ...one, amount: one.amount - other.amount });

const Row = ({ name, amount, locale, className }: RowProps) => (
  <tr className={className}>
    <th scope="row">{name}</th>
    <td>{formatMoney(amount, locale)}</td>
  </tr>
);

interface RowProps {
  name: string;
  amount: Money;
  locale: string;
  className?: string;
}

/** The date of an RFC 3339 time, in the shopper's language; the page is in English. */
export const Day = ({ at, locale }: { at: string; locale: string }) => (
  <time dateTime={at} lang={locale}>
    {dayIn(locale, new Date(at))}
  </time>
);

/** Its date and time. */
export const Moment = ({ at, locale }: { at: string; locale: string }) => (
  <time dateTime={at} lang={locale}>
    {momentIn(locale, new Date(at))}
  </time>
);
