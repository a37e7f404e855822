import { useEffect } from 'react';
import type { Order } from '../api/client';
import { takeOutBought } from '../cart/cart';
import { isPaidFor } from '../checkout/checkout';
import { useOrder } from '../order/follow';
import { storyOf } from '../order/story';
import { Downloads } from '../parts/downloads';
import { Notice } from '../parts/notice';
import { OrderItems } from '../parts/order-items';
import { Page } from '../parts/page';
import { Shipments } from '../parts/shipments';
import { useLater } from '../parts/use-later';
import { Link } from '../router';

/** The page of one order: where Stripe sends the shopper after paying, and where they may look again whenever they like. */
export function SuccessPage({ parameters }: { parameters: URLSearchParams }) {
  const sessionId = parameters.get('session_id');
  return (
    <Page title="Your order">{sessionId ? <FollowedOrder key={sessionId} sessionId={sessionId} /> : <Unknown />}</Page>
  );
}

function FollowedOrder({ sessionId }: { sessionId: string }) {
  const { order, failure, lookAgain } = useOrder(sessionId);
  useEffect(() => {
    // A stream that died while the machine was asleep need not have said so.
    const awake = () => document.visibilityState === 'visible' && lookAgain();
    document.addEventListener('visibilitychange', awake);
    return () => document.removeEventListener('visibilitychange', awake);
  }, [lookAgain]);
  useEffect(() => {
    if (order && isPaidFor(order)) takeOutBought(sessionId, order.items);
  }, [order, sessionId]);

  if (!order && (failure?.status === 404 || failure?.status === 400)) return <Unknown />;
  return (
    <>
      {failure && (
        <Notice tone="bad" title="We cannot reach the shop right now">
          <p>We try again by ourselves. What you have paid is safe, whatever this page shows meanwhile.</p>
        </Notice>
      )}
      {order ? (
        <OrderStory order={order} onDownload={lookAgain} />
      ) : (
        !failure && <p role="status">Looking for your order…</p>
      )}
    </>
  );
}

function OrderStory({ order, onDownload }: { order: Order; onDownload: () => void }) {
  const { tone, title, text } = storyOf(order);
  return (
    <>
      <section className={`story ${tone}`} role="status" data-status={order.status}>
        <p className="number">Order {order.number}</p>
        <h2>{title}</h2>
        <p>{text}</p>
        {order.status === 'PENDING' && order.paymentStatus === 'UNPAID' && <StillWaiting />}
      </section>
      <NextStep order={order} />
      <Downloads order={order} onDownload={onDownload} />
      <Shipments order={order} />
      <OrderItems order={order} />
    </>
  );
}

const PATIENCE = 20_000;

function StillWaiting() {
  const late = useLater(PATIENCE);
  if (!late) return null;
  return (
    <p>
      It takes longer than usual. You may close this page: as soon as the payment is confirmed the order goes on by
      itself and you get a mail. If you did not finish paying, nothing was charged and{' '}
      <Link href="/cart">your cart</Link> is still here.
    </p>
  );
}

function NextStep({ order: { status, recoveryUrl } }: { order: Order }) {
  if (status === 'EXPIRED' && recoveryUrl) {
    return (
      <p>
        <a className="button primary" href={recoveryUrl}>
          Take it up again
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
    <Notice tone="plain" title="We do not know this order">
      <p>
        Perhaps a part of the address was lost. The link in your mail leads to your order.{' '}
        <Link href="/">To the products</Link>
      </p>
    </Notice>
  );
}
