import { whyNot } from '../../../domain/actions';
import { endedUnsold } from '../../../domain/order';
import type { SelfService } from '../../../store/orders/self-service';
import type { OrderView } from '../../../store/orders/view';
import { Story } from '../../pages/page';
import type { PageWords } from '../../pages/words/en';
import { Day, Moment } from './order';
import type { Addresses } from './signed';

/** The story of an order that its shopper has just given up: what it says otherwise would no longer be true. */
export const GivenUp = ({ service, addresses, words, locale }: SelfServiceProps) => {
  const { withdrawal } = service;
  const { withdrawn, receivedOn, whatNow, cancelling } = words.selfService;
  if (withdrawal)
    return (
      <Story tone="over" title={withdrawn}>
        <p>
          {receivedOn(<Moment at={withdrawal.at.toISOString()} locale={locale} />)}{' '}
          <a href={addresses.withdraw}>{whatNow}</a>
        </p>
      </Story>
    );
  return (
    <Story tone="over" title={cancelling.title}>
      <p>{cancelling.text}</p>
    </Story>
  );
};

/** Whether `GivenUp` tells the story: until the order is undone, which is a story of its own. */
export const isGivenUp = ({ withdrawal, facts: { status, cancelling } }: SelfService): boolean =>
  status !== 'REFUNDED' && !endedUnsold(status) && (withdrawal !== null || cancelling === true);

/** What a signed link opens: the ways to cancel, to withdraw and to return, while there are any. */
export const SelfServiceSection = ({ service, addresses, words, locale, halted }: SelfServiceProps) => {
  const { facts, withdrawal, mayWithdraw, withdrawUntil } = service;
  const { withdrawn, seeWithdrawal, changedMind, cancel, noReasonUntil, noReason } = words.selfService;
  // An order whose refund did not go through is undone already, but for the money.
  const mayCancel = halted !== 'refund_failed' && whyNot('cancel as the shopper', facts) === null;
  if (isGivenUp(service)) return null;
  if (withdrawal)
    return (
      <section>
        <h2>{withdrawn}</h2>
        <p>
          <a href={addresses.withdraw}>{seeWithdrawal}</a>
        </p>
      </section>
    );
  const mayReturn = service.returnable.length > 0;
  if (!mayCancel && !mayWithdraw && !mayReturn) return null;
  return (
    <section>
      <h2>{changedMind}</h2>
      {mayCancel && (
        <p>
          <a className="button" href={addresses.cancel}>
            {cancel}
          </a>
        </p>
      )}
      {mayWithdraw && (
        <>
          <p>
            <a className="button" href={addresses.withdraw}>
              {words.withdrawal.label}
            </a>
          </p>
          <p className="hint">
            {withdrawUntil ? noReasonUntil(<Day at={withdrawUntil.toISOString()} locale={locale} />) : noReason}
          </p>
        </>
      )}
      {mayReturn && (
        <p>
          <a className="button" href={addresses.giveBack}>
            {words.giveBack.ask}
          </a>
        </p>
      )}
    </section>
  );
};

type AskedReturnsProps = Pick<SelfServiceProps, 'service' | 'words' | 'locale'> & { items: OrderView['items'] };

/** What the shopper has asked to return, and what came of it. */
export const AskedReturns = ({ service: { returnRequests }, items, words, locale }: AskedReturnsProps) => {
  if (returnRequests.length === 0) return null;
  const { yours, askedOn, states } = words.giveBack;
  return (
    <section>
      <h2>{yours}</h2>
      <ul className="rows">
        {returnRequests.map(({ id, at, items: units, state, answer }) => (
          <li key={id}>
            <span>
              {units.map(({ sku, quantity }) => `${quantity} × ${nameOf(items, sku)}`).join(', ')}
              {answer?.note && <span className="hint said">{answer.note}</span>}
            </span>
            <span className="hint">
              {askedOn(<Moment at={new Date(at).toISOString()} locale={locale} />)} {states[state]}
            </span>
          </li>
        ))}
      </ul>
    </section>
  );
};

export const nameOf = (items: OrderView['items'], sku: string): string =>
  items.find((item) => item.sku === sku)?.name ?? sku;

/** Stripe's page with the invoice. It names the customer. */
export const Invoice = ({ url, words }: { url: string; words: PageWords }) => (
  <p>
    <a href={url}>{words.viewInvoice}</a>
  </p>
);

interface SelfServiceProps {
  service: SelfService;
  addresses: Addresses;
  words: PageWords;
  locale: string;
  /** What keeps the order from going on. */
  halted: OrderView['halted'];
}

/** What the bare link says instead: it may be in anybody's hands. */
export const AsGuest = ({ withdraw, words: { selfService } }: { withdraw: string; words: PageWords }) => (
  <section>
    <h2>{selfService.changedMind}</h2>
    <p>
      {selfService.asGuest((link) => (
        <a href={withdraw}>{link}</a>
      ))}
    </p>
  </section>
);
