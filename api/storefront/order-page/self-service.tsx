import { whyNot } from '../../../domain/actions';
import { endedUnsold } from '../../../domain/order';
import type { SelfService } from '../../../store/orders/self-service';
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

/** What a signed link opens: the ways to cancel and to withdraw, while there are any. */
export const SelfServiceSection = ({ service, addresses, words, locale }: SelfServiceProps) => {
  const { facts, withdrawal, mayWithdraw, withdrawUntil } = service;
  const { withdrawn, seeWithdrawal, changedMind, cancel, noReasonUntil, noReason } = words.selfService;
  const mayCancel = whyNot('cancel as the shopper', facts) === null;
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
  if (!mayCancel && !mayWithdraw) return null;
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
    </section>
  );
};

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
