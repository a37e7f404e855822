import { formatMoney, isPaidFor, type Money, type Order } from '@holdfast/client';
import { useEffect } from 'react';
import { storyOf } from '../../../domain/story';
import { en } from '../../../domain/words/en';
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
import { formatMoment } from '../words/when';

/** The page of one order. Stripe sends the shopper here after paying, and they can return at any time. */
export function SuccessPage({ parameters }: { parameters: URLSearchParams }) {
  const sessionId = parameters.get('session_id');
  return (
    <Page title="Your order">{sessionId ? <FollowedOrder key={sessionId} sessionId={sessionId} /> : <Unknown />}</Page>
  );
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

  if (!order && failure?.code === 'unknown_order') return <Unknown />;
  return (
    <>
      {failure && (
        <Notice tone="bad" title="We cannot reach the shop right now">
          <p>We keep trying. Your payment is safe, whatever this page shows in the meantime.</p>
        </Notice>
      )}
      {order ? <OrderStory order={order} onDownload={refresh} /> : !failure && <p role="status">Loading your order…</p>}
    </>
  );
}

function OrderStory({ order, onDownload }: { order: Order; onDownload: () => void }) {
  const { tone, title, text } = storyOf(order, en.story);
  return (
    <>
      <section className={`story ${tone}`} role="status" data-status={order.status}>
        <p className="number">Order {order.number}</p>
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
  const { title, text } = en.story.bankDetails;
  return (
    <Notice tone="plain" title={title}>
      <p>{text(formatMoney(amount))}</p>
    </Notice>
  );
}

function HowToPay({ order: { paymentStatus, voucher } }: { order: Order }) {
  if (paymentStatus !== 'PROCESSING' || !voucher) return null;
  const { url, reference, stores, expiresAt } = voucher;
  return (
    <section>
      {reference && (
        <p>
          Reference: <code>{reference}</code>
        </p>
      )}
      {stores.map(({ name, paymentCode, confirmationNumber }) => (
        <p key={name}>
          At {name}: payment code <code>{paymentCode}</code>
          {confirmationNumber && (
            <>
              , confirmation number <code>{confirmationNumber}</code>
            </>
          )}
        </p>
      ))}
      {expiresAt && <p>Pay before {formatMoment(expiresAt)}.</p>}
      {url && (
        <a className="button primary" href={url}>
          Open your voucher
        </a>
      )}
    </section>
  );
}

const PATIENCE = 20_000;

function StillWaiting() {
  const late = useLater(PATIENCE);
  if (!late) return null;
  return (
    <p>
      This is taking longer than usual. {en.story.ifItTakesLonger} If you did not finish paying, nothing was charged and{' '}
      <Link href="/cart">your cart</Link> is still here.
    </p>
  );
}

function NextStep({ order: { status, recoveryUrl } }: { order: Order }) {
  if (status === 'EXPIRED' && recoveryUrl) {
    return (
      <p>
        <a className="button primary" href={recoveryUrl}>
          Complete your order
        </a>
      </p>
    );
  }
  if (status !== 'EXPIRED' && status !== 'CANCELLED') return null;
  return (
    <p>
      <Link className="button" href="/cart">
        Back to your cart
      </Link>
    </p>
  );
}

function Unknown() {
  return (
    <Notice tone="plain" title={en.orderNotFound.title}>
      <p>
        {en.orderNotFound.text} <Link href="/">See our products</Link>
      </p>
    </Notice>
  );
}
