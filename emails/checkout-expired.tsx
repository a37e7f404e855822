import { RECOVERY_MAIL } from '../domain/mail';
import { day } from './facts';
import { CustomerLayout } from './layout';
import { Action, Items, P, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/**
 * The hold ended without a payment: what was in the cart, and a link back to it. Not sent once any money has arrived.
 * The one mail that its reader can unsubscribe from.
 */
export const checkoutExpired: MailTemplate = {
  audience: 'customer',
  title: RECOVERY_MAIL.title,
  write: (facts, words) => {
    const { paymentStatus } = facts.order;
    if (paymentStatus !== 'UNPAID' && paymentStatus !== 'FAILED') return null;
    return { subject: words.expired.subject(facts.shop), body: <CheckoutExpired {...facts} words={words} /> };
  },
};

const CheckoutExpired = ({ order, shop, links, words }: InWords) => {
  const { title, declined, expired, pickUp, notHeld, toCart, ignore, unsubscribe } = words.expired;
  const whatHappened = order.declined ? declined : expired;
  return (
    <CustomerLayout
      shop={shop}
      title={title}
      preview={`${whatHappened} ${pickUp}`}
      words={words}
      unsubscribe={links.unsubscribe === null ? null : { url: links.unsubscribe, label: unsubscribe }}
    >
      <P>{`${whatHappened} ${notHeld}`}</P>
      <Items order={order} sums={words.sums} />
      <Action href={order.recovery?.url ?? links.storefront}>{toCart}</Action>
      <Small>
        {order.recovery && `${words.linkWorksUntil(day(order, order.recovery.until))} `}
        {`${words.mayHaveChanged} ${ignore}`}
      </Small>
    </CustomerLayout>
  );
};
