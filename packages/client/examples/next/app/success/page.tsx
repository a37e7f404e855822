import { formatMoney, isFinal, type Order } from '@holdfast/client';
import { headers } from 'next/headers';
import { shopFor } from '../../lib/shop';

interface Props {
  searchParams: Promise<{ session_id?: string }>;
}

/** The page that Stripe leads the shopper to. It works without a script: until the order is final it reloads itself. */
export default async function SuccessPage({ searchParams }: Props) {
  const { session_id: sessionId = '' } = await searchParams;
  const answer = await shopFor(await headers()).order(sessionId);
  if (!answer.ok && answer.failure.code === 'unknown_order') return <h1>There is no such order</h1>;
  if (!answer.ok)
    return (
      <>
        <Reload seconds={answer.failure.retryAfter ?? 5} />
        <h1>We cannot show your order right now</h1>
        <p>Your payment is safe, and this page tries again.</p>
      </>
    );
  const order = answer.value;
  return (
    <>
      {!isFinal(order) && <Reload seconds={5} />}
      <h1>{headline(order)}</h1>
      <p>Order {order.number}</p>
      <ul>
        {order.bought.map(({ sku, name, quantity, total }) => (
          <li key={sku}>
            {quantity} × {name}: {formatMoney(total)}
          </li>
        ))}
      </ul>
      <p>Total: {formatMoney(order.total)}</p>
      <ul>
        {order.downloads.map(({ sku, url }) => (
          <li key={sku}>
            <a href={url}>Download {sku}</a>
          </li>
        ))}
      </ul>
      {order.recoveryUrl && <a href={order.recoveryUrl}>Complete your order</a>}
    </>
  );
}

/** React puts it into the head of the page. */
const Reload = ({ seconds }: { seconds: number }) => <meta httpEquiv="refresh" content={String(seconds)} />;

function headline({ status, paymentStatus }: Order): string {
  switch (status) {
    case 'PENDING':
      return paymentStatus === 'PROCESSING' ? 'Your payment is on its way' : 'Confirming your payment';
    case 'PAID':
    case 'PREPARING':
      return 'Paid, and being prepared';
    case 'SHIPPED':
      return 'On its way';
    case 'COMPLETED':
      return 'Complete, thank you';
    case 'EXPIRED':
      return paymentStatus === 'FAILED' ? 'The payment did not go through' : 'The checkout expired';
    case 'CANCELLED':
      return 'Cancelled; nothing was charged';
    case 'REFUNDED':
      return 'Refunded';
  }
}
