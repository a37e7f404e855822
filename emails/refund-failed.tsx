import { type MailFacts, money, refundOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { MailTemplate } from './template';

/** A refund failed at the bank, and the money is back with the shop. Not sent if the refund has succeeded after all. */
export const refundFailed: MailTemplate = {
  audience: 'customer',
  title: 'Failed refund notice',
  write: (facts) => {
    const refund = refundOf(facts);
    if (refund?.status !== 'failed' && refund?.status !== 'canceled') return null;
    const amount = refund.amount === null ? null : money(facts.order, refund.amount);
    return {
      subject: `${headline(amount)}: order ${facts.order.number}`,
      body: <RefundFailed {...facts} amount={amount} />,
    };
  },
};

const headline = (amount: string | null): string => `Your refund${amount ? ` of ${amount}` : ''} did not go through`;

const RefundFailed = ({ order, shop, links, amount }: MailFacts & { amount: string | null }) => (
  <Layout
    shop={shop}
    title={headline(amount)}
    preview={`Order ${order.number}. Your money is safe with us, and we will get it to you.`}
    why={becauseOrdered(shop)}
  >
    <P>
      {`We tried to refund you for order ${order.number}, but the money was returned to us. `}
      This can happen when a card or account has been closed or cannot accept refunds, or when Stripe has asked for bank
      details and got no answer.
    </P>
    <P>
      We are sorry about this. Your money is safe with us, and we are looking into it. You do not need to do anything:
      we will try again, or contact you to find another way.
    </P>
    <Facts
      rows={[
        ['Order', order.number],
        ...(amount ? [['This refund', amount] satisfies [string, string]] : []),
        ['Refunded so far', money(order, order.refunded)],
        ['Order total', money(order, order.total)],
      ]}
    />
    <Action href={links.order}>View your order</Action>
    <Small>If your card or account has changed, reply to this e-mail. Please do not send us any card numbers.</Small>
  </Layout>
);
