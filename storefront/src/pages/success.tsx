import { isPaidFor, type Money, type Order } from '@holdfast/client';
import { useEffect } from 'react';
import { storyOf } from '../../../domain/story';
import { removeBought } from '../cart/cart';
import { useOrder } from '../order/follow';
import { Downloads } from '../parts/downloads';
import { LicenceKeys } from '../parts/licence-keys';
import { Notice } from '../parts/notice';
import { OrderItems } from '../parts/order-items';
import { Page } from '../parts/page';
import { Shipments } from '../parts/shipments';
import { useLater } from '../parts/use-later';
import { Link } from '../router';
import { formatMoment, money } from '../words/formats';
import { locale, useWords } from '../words/language';

/** The page of one order. Stripe sends the shopper here after paying, and they can return at any time. */
export function SuccessPage({ parameters }: { parameters: URLSearchParams }) {
  const sessionId = parameters.get('session_id');
  const { title } = useWords().yourOrder;
  return <Page title={title}>{sessionId ? <FollowedOrder key={sessionId} sessionId={sessionId} /> : <Unknown />}</Page>;
}

function FollowedOrder({ sessionId }: { sessionId: string }) {
  const { order, failure, refresh } = useOrder(sessionId);
  useEffect(() => {
    // A stream that broke while the machine was asleep may not have reported it.
    const awake = () => document.visibilityState === 'visible' && refresh();
    document.addEventListener('visibilitychange', awake);
    return () => document.removeEventListener('visibilitychange', awake);
  }, [refresh]);
  useEffect(() => {
    if (order && isPaidFor(order)) removeBought(sessionId, order.bought);
  }, [order, sessionId]);

  const { yourOrder } = useWords();
  if (!order && failure?.code === 'unknown_order') return <Unknown />;
  return (
    <>
      {failure && (
        <Notice tone="bad" title={yourOrder.unreached}>
          <p>{yourOrder.unreachedText}</p>
        </Notice>
      )}
      {order ? <OrderStory order={order} onDownload={refresh} /> : !failure && <p role="status">{yourOrder.loading}</p>}
    </>
  );
}

function OrderStory({ order, onDownload }: { order: Order; onDownload: () => void }) {
  const words = useWords();
  const { tone, title, text } = storyOf(order, words.story, locale());
  return (
    <>
      <section className={`story ${tone}`} role="status" data-status={order.status}>
        <p className="number">{words.order(order.number)}</p>
        <h2>{title}</h2>
        <p>{text}</p>
        {order.status === 'PENDING' && order.paymentStatus === 'UNPAID' && <StillWaiting />}
      </section>
      {order.refundAwaitsBankDetails && <GiveBankDetails amount={order.refundAwaitsBankDetails} />}
      <HowToPay order={order} />
      <NextStep order={order} />
      <LicenceKeys order={order} />
      <Downloads order={order} onDownload={onDownload} />
      <Shipments order={order} />
      <OrderItems order={order} />
    </>
  );
}

function GiveBankDetails({ amount }: { amount: Money }) {
  const { title, text } = useWords().story.bankDetails;
  return (
    <Notice tone="plain" title={title}>
      <p>{text(money(amount))}</p>
    </Notice>
  );
}

function HowToPay({ order: { paymentStatus, voucher } }: { order: Order }) {
  const { voucher: words, yourOrder } = useWords();
  if (paymentStatus !== 'PROCESSING' || !voucher) return null;
  const { url, reference, stores, expiresAt } = voucher;
  return (
    <section>
      {reference && (
        <p>
          {words.reference}: <code>{reference}</code>
        </p>
      )}
      {stores.map(({ name, paymentCode, confirmationNumber }) => (
        <p key={name}>
          {yourOrder.atStore(name)}: {words.paymentCode} <code>{paymentCode}</code>
          {confirmationNumber && (
            <>
              , {words.confirmationNumber} <code>{confirmationNumber}</code>
            </>
          )}
        </p>
      ))}
      {expiresAt && <p>{yourOrder.payBefore(formatMoment(expiresAt))}</p>}
      {url && (
        <a className="button primary" href={url}>
          {words.open}
        </a>
      )}
    </section>
  );
}

const PATIENCE = 20_000;

function StillWaiting() {
  const late = useLater(PATIENCE);
  const { story, yourOrder } = useWords();
  if (!late) return null;
  return (
    <p>
      {yourOrder.late} {story.ifItTakesLonger}{' '}
      {yourOrder.notPaid((link) => (
        <Link href="/cart">{link}</Link>
      ))}
    </p>
  );
}

function NextStep({ order: { status, recoveryUrl } }: { order: Order }) {
  const { yourOrder } = useWords();
  if (status === 'EXPIRED' && recoveryUrl) {
    return (
      <p>
        <a className="button primary" href={recoveryUrl}>
          {yourOrder.complete}
        </a>
      </p>
    );
  }
  if (status !== 'EXPIRED' && status !== 'CANCELLED') return null;
  return (
    <p>
      <Link className="button" href="/cart">
        {yourOrder.backToCart}
      </Link>
    </p>
  );
}

function Unknown() {
  const { orderNotFound, frame } = useWords();
  return (
    <Notice tone="plain" title={orderNotFound.title}>
      <p>
        {orderNotFound.text} <Link href="/">{frame.seeProducts}</Link>
      </p>
    </Notice>
  );
}
