import type { ReactNode } from 'react';
import { dayIn, momentIn } from '../../../domain/dates';
import { formatMoney, type Money } from '../../../domain/money';
import { sumsOf } from '../../../domain/order-sums';
import { storyOf } from '../../../domain/story';
import { Story, webAddress } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import type { OrderDocument } from '../order-document';

export interface Shown {
  order: OrderDocument;
  words: PageWords;
  /** Of money and dates. */
  locale: string;
  /** Milliseconds since the epoch. */
  now: number;
}

/** An order for its shopper: the same story as the storefront's success page. */
export const OrderStory = ({ order, words, locale }: Pick<Shown, 'order' | 'words' | 'locale'>) => {
  const { tone, title, text } = storyOf(order, words.story, locale);
  const { noNeedToWait, ifNotPaid } = words.page;
  return (
    <Story tone={tone} title={title}>
      <p>{text}</p>
      {order.status === 'PENDING' && order.paymentStatus === 'UNPAID' && (
        <p>{`${noNeedToWait} ${words.story.ifItTakesLonger} ${ifNotPaid}`}</p>
      )}
      <p className="hint">{words.order(order.number)}</p>
    </Story>
  );
};

export const BankDetails = ({ amount, words, locale }: Pick<Shown, 'words' | 'locale'> & { amount: Money }) => {
  const { title, text } = words.story.bankDetails;
  return (
    <section>
      <h2>{title}</h2>
      <p>{text(formatMoney(amount, locale))}</p>
    </section>
  );
};

/** How to pay a voucher or a transfer that is on its way. */
export const HowToPay = ({ order: { paymentStatus, voucher }, words, locale }: Shown) => {
  if (paymentStatus !== 'PROCESSING' || !voucher) return null;
  const { reference, stores, expiresAt } = voucher;
  const url = webAddress(voucher.url);
  return (
    <section>
      <h2>{words.page.howToPay}</h2>
      {url && (
        <a className="button primary" href={url}>
          {words.voucher.open}
        </a>
      )}
      <dl>
        {reference && <Fact name={words.voucher.reference}>{reference}</Fact>}
        {stores.map(({ name, paymentCode, confirmationNumber }) => (
          <Fact key={name} name={name}>
            {words.page.payAtStore(paymentCode, confirmationNumber)}
          </Fact>
        ))}
        {expiresAt && (
          <Fact name={words.voucher.payBefore}>
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

export const Downloads = ({ order: { downloads, items }, words, locale, now }: Shown) => {
  if (downloads.length === 0) return null;
  return (
    <section>
      <h2>{words.page.downloads}</h2>
      <ul className="rows">
        {downloads.map(({ sku, url, expiresAt, remaining }) => {
          const name = items.find((item) => item.sku === sku)?.name ?? sku;
          const date = <Day at={expiresAt} locale={locale} />;
          return (
            <li key={sku}>
              <span>{name}</span>
              {Date.parse(expiresAt) <= now ? (
                <span className="hint">{words.page.linkExpired(date)}</span>
              ) : remaining <= 0 ? (
                <span className="hint">{words.page.noneLeft}</span>
              ) : (
                <>
                  <a className="button" href={url} download>
                    {words.download}
                    <span className="unseen">{` ${name}`}</span>
                  </a>
                  <span className="hint">{words.page.left(remaining, date)}</span>
                </>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
};

export const LicenceKeys = ({ order: { licenceKeys, items }, words }: Pick<Shown, 'order' | 'words'>) => {
  if (licenceKeys.length === 0) return null;
  return (
    <section>
      <h2>{words.licenceKeys}</h2>
      <ul className="rows">
        {licenceKeys.map(({ sku, key, masked }, index) => (
          // biome-ignore lint/suspicious/noArrayIndexKey: rendered once, and revoked ones look the same
          <li key={index}>
            <span>{items.find((item) => item.sku === sku)?.name ?? sku}</span>
            {key === null ? <span className="hint">{words.keyRevoked}</span> : <code>{key}</code>}
            {masked && <span className="hint">{words.keyMasked}</span>}
          </li>
        ))}
      </ul>
    </section>
  );
};

export const Parcels = ({ order: { shipments }, words, locale }: Shown) => {
  if (shipments.length === 0) return null;
  const { parcels, delivered, shipped } = words.page;
  return (
    <section>
      <h2>{parcels(shipments.length)}</h2>
      <ul className="rows">
        {shipments.map(({ carrier, trackingNumber, trackingUrl, shippedAt, deliveredAt }) => {
          const url = webAddress(trackingUrl);
          return (
            <li key={`${carrier} ${trackingNumber}`}>
              <span>
                {carrier} {url ? <a href={url}>{trackingNumber}</a> : trackingNumber}
              </span>
              <span className="hint">
                {(deliveredAt ? delivered : shipped)(<Day at={deliveredAt ?? shippedAt} locale={locale} />)}
              </span>
            </li>
          );
        })}
      </ul>
    </section>
  );
};

export const Items = ({ order, words: { page, sums: names }, locale }: Shown) => {
  const { amounts, refunded } = order;
  return (
    <section>
      <h2>{page.whatYouOrdered}</h2>
      <table>
        <thead className="unseen">
          <tr>
            <th scope="col">{names.item}</th>
            <th scope="col">{names.amount}</th>
          </tr>
        </thead>
        <tbody>
          {order.bought.map(({ sku, contents, total, ...line }) => (
            <Row key={sku} name={inWords(line)} contents={contents ?? []} amount={total} locale={locale} />
          ))}
        </tbody>
        <tfoot>
          {sumsOf(amounts, names).map(({ name, amount }) => (
            <Row key={name} name={name} amount={amount} locale={locale} />
          ))}
          <Row name={names.total} amount={order.total} locale={locale} className="total" />
          {refunded.amount > 0 && <Row name={page.refunded} amount={refunded} locale={locale} />}
        </tfoot>
      </table>
      <p className="hint">{page.asOf(<Moment at={order.updatedAt} locale={locale} />)}</p>
    </section>
  );
};

const inWords = ({ name, quantity }: { name: string; quantity: number }): string =>
  quantity > 1 ? `${quantity} × ${name}` : name;

const Row = ({ name, contents = [], amount, locale, className }: RowProps) => (
  <tr className={className}>
    <th scope="row">
      {name}
      {contents.map((content) => (
        <div key={content.sku} className="hint">
          {inWords(content)}
        </div>
      ))}
    </th>
    <td>{formatMoney(amount, locale)}</td>
  </tr>
);

interface RowProps {
  name: string;
  /** What is in a bundle. */
  contents?: { sku: string; name: string; quantity: number }[];
  amount: Money;
  locale: string;
  className?: string;
}

/** The date of an RFC 3339 time, in the language of the page. */
export const Day = ({ at, locale }: { at: string; locale: string }) => (
  <time dateTime={at}>{dayIn(locale, new Date(at))}</time>
);

/** Its date and time. */
export const Moment = ({ at, locale }: { at: string; locale: string }) => (
  <time dateTime={at}>{momentIn(locale, new Date(at))}</time>
);
