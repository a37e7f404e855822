import { type MailFacts, money, refundOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { MailTemplate } from './template';

/** A refund that we told of did not arrive: the money is with us again, and we are on it. One that came after all makes it untrue. */
export const refundFailed: MailTemplate = {
  audience: 'customer',
  title: 'Notice of a failed refund',
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
    preview={`Order ${order.number}. Your money is safe with us, and we will get it to you another way if we must.`}
    why={becauseOrdered(shop)}
  >
    <P>
      {`We were giving you money back for order ${order.number}, and it did not go through: it has come back to us. `}
      That happens when a card or an account was closed, or cannot take refunds.
    </P>
    <P>
      We are sorry. Your money is safe with us, and somebody here is looking into it now. You need to do nothing: we
      will try again, or write to you to find another way.
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
    <Small>If you have a new card or account, answer this e-mail; please do not send us its numbers.</Small>
  </Layout>
);
