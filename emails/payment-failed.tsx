import { day, money } from './facts';
import { CustomerLayout } from './layout';
import { Action, H2, Items, P, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/** A delayed payment failed: what was ordered, and a link to try again. Not sent if the money has arrived after all. */
export const paymentFailed: MailTemplate = {
  audience: 'customer',
  title: 'Failed payment notice',
  write: (facts, words) => {
    if (facts.order.paymentStatus !== 'FAILED') return null;
    return {
      subject: words.about(words.paymentFailed.title, facts.order.number),
      body: <PaymentFailed {...facts} words={words} />,
    };
  },
};

const PaymentFailed = ({ order, shop, links, words }: InWords) => {
  const { title, preview, failed, ifYouStillWant, tryAgain, whatYouOrdered, whoKnowsWhy } = words.paymentFailed;
  return (
    <CustomerLayout shop={shop} title={title} preview={preview(order.number, money(order, order.total))} words={words}>
      <P>{failed(order.number)}</P>
      <P>{ifYouStillWant}</P>
      <Action href={order.recovery?.url ?? links.storefront}>{tryAgain}</Action>
      <H2>{whatYouOrdered}</H2>
      <Items order={order} sums={words.sums} />
      <Small>
        {order.recovery && `${words.linkWorksUntil(day(order, order.recovery.until))} `}
        {`${words.mayHaveChanged} ${whoKnowsWhy}`}
      </Small>
    </CustomerLayout>
  );
};
