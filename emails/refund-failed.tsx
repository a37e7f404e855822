import { money, refundOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { InWords, MailTemplate } from './template';

/** A refund failed at the bank, and the money is back with the shop. Not sent if the refund has succeeded after all. */
export const refundFailed: MailTemplate = {
  audience: 'customer',
  title: 'Failed refund notice',
  write: (facts, words) => {
    const refund = refundOf(facts);
    if (refund?.status !== 'failed' && refund?.status !== 'canceled') return null;
    const amount = refund.amount === null ? null : money(facts.order, refund.amount);
    return {
      subject: words.about(words.refundFailed.title(amount), facts.order.number),
      body: <RefundFailed {...facts} words={words} amount={amount} />,
    };
  },
};

const RefundFailed = ({ order, shop, links, words, amount }: InWords & { amount: string | null }) => {
  const { title, safe, cameBack, sorry, ifChanged } = words.refundFailed;
  return (
    <CustomerLayout shop={shop} title={title(amount)} preview={`${words.order(order.number)}. ${safe}`} words={words}>
      <P>{cameBack(order.number)}</P>
      <P>{sorry}</P>
      <Facts
        rows={[
          [words.facts.order, order.number],
          ...(amount ? [[words.facts.thisRefund, amount] satisfies [string, string]] : []),
          [words.facts.refundedSoFar, money(order, order.refunded)],
          [words.facts.orderTotal, money(order, order.total)],
        ]}
      />
      <Action href={links.order}>{words.viewOrder}</Action>
      <Small>{ifChanged}</Small>
    </CustomerLayout>
  );
};
