import { whyNot } from '../../../domain/actions';
import { endedUnsold } from '../../../domain/order';
import type { SelfService } from '../../../store/orders/self-service';
import { Story } from '../../pages/page';
import { Day, Moment } from './order';
import type { Addresses } from './signed';

/** The story of an order that its shopper has just given up: what it says otherwise would no longer be true. */
export const GivenUp = ({ service, addresses, locale }: SelfServiceProps) => {
  const { withdrawal } = service;
  if (withdrawal)
    return (
      <Story tone="over" title="You have withdrawn from this contract">
        <p>
          We received your withdrawal on <Moment at={withdrawal.at.toISOString()} locale={locale} />.{' '}
          <a href={addresses.withdraw}>See what happens now</a>
        </p>
      </Story>
    );
  return (
    <Story tone="over" title="Your cancellation is recorded">
      <p>We are cancelling this order. If you have paid, your money goes back the way it came.</p>
    </Story>
  );
};

/** Whether `GivenUp` tells the story: until the order is undone, which is a story of its own. */
export const isGivenUp = ({ withdrawal, facts: { status, cancelling } }: SelfService): boolean =>
  status !== 'REFUNDED' && !endedUnsold(status) && (withdrawal !== null || cancelling === true);

/** What a signed link opens: the ways to cancel and to withdraw, while there are any. */
export const SelfServiceSection = ({ service, addresses, locale }: SelfServiceProps) => {
  const { facts, withdrawal, mayWithdraw, withdrawUntil } = service;
  const mayCancel = whyNot('cancel as the shopper', facts) === null;
  if (isGivenUp(service)) return null;
  if (withdrawal)
    return (
      <section>
        <h2>You have withdrawn from this contract</h2>
        <p>
          <a href={addresses.withdraw}>See your withdrawal</a>
        </p>
      </section>
    );
  if (!mayCancel && !mayWithdraw) return null;
  return (
    <section>
      <h2>Changed your mind?</h2>
      {mayCancel && (
        <p>
          <a className="button" href={addresses.cancel}>
            Cancel this order
          </a>
        </p>
      )}
      {mayWithdraw && (
        <>
          <p>
            <a className="button" href={addresses.withdraw}>
              Withdraw from contract here
            </a>
          </p>
          <p className="hint">
            {withdrawUntil ? (
              <>
                Without giving a reason, until <Day at={withdrawUntil.toISOString()} locale={locale} />.
              </>
            ) : (
              'Without giving a reason, until 14 days after delivery.'
            )}
          </p>
        </>
      )}
    </section>
  );
};

/** Stripe's page with the invoice. It names the customer. */
export const Invoice = ({ url }: { url: string }) => (
  <p>
    <a href={url}>View your invoice</a>
  </p>
);

interface SelfServiceProps {
  service: SelfService;
  addresses: Addresses;
  locale: string;
}

/** What the bare link says instead: it may be in anybody's hands. */
export const AsGuest = ({ withdraw }: { withdraw: string }) => (
  <section>
    <h2>Changed your mind?</h2>
    <p>
      The link in our e-mails lets you cancel and withdraw. Without it:{' '}
      <a href={withdraw}>withdraw from contract here</a>.
    </p>
  </section>
);
