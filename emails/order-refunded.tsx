import { isResolved, isReversed } from '../domain/refund';
import { type MailFacts, money, type OrderFacts, type RefundFacts, refundOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { MailTemplate } from './template';

/** A refund was made. Until Stripe reports that it succeeded, the mail says only that the refund was initiated. */
export const orderRefunded: MailTemplate = {
  audience: 'customer',
  title: 'Refund notice',
  write: (facts) => {
    const refund = refundOf(facts);
    if (!refund || isReversed(refund.status) || isResolved(refund.status)) return null;
    return {
      subject: `${headline(facts.order, refund)}: order ${facts.order.number}`,
      body: <OrderRefunded {...facts} refund={refund} />,
    };
  },
};

const headline = (order: OrderFacts, refund: RefundFacts): string =>
  refund.status === 'succeeded'
    ? `We have refunded ${amountOf(order, refund)}`
    : `Your refund of ${amountOf(order, refund)} has been initiated`;

const OrderRefunded = ({ order, shop, links, refund }: MailFacts & { refund: RefundFacts }) => (
  <Layout
    shop={shop}
    title={headline(order, refund)}
    preview={`Order ${order.number}. ${why(refund)}`}
    why={becauseOrdered(shop)}
  >
    <P>{why(refund)}</P>
    {needsBankDetails(refund) ? (
      <AskForBankDetails order={order} shop={shop} refund={refund} />
    ) : (
      <P>
        {refund.status === 'succeeded'
          ? `${amountOf(order, refund)} is on its way back to the card or account you paid with.`
          : `We have initiated a refund of ${amountOf(order, refund)} to the card or account you paid with. You do not need to do anything.`}
      </P>
    )}
    <Facts rows={sums(order, refund)} />
    <Small>
      {needsBankDetails(refund)
        ? 'Once you have given your bank details, it usually takes 5 to 10 business days to appear on your statement.'
        : 'It usually takes 5 to 10 business days to appear on your statement.'}
    </Small>
    <Action href={links.order}>View your order</Action>
  </Layout>
);

/** The way the customer paid takes no refund. Stripe asks them for an account, by e-mail. */
const needsBankDetails = ({ status }: RefundFacts): boolean => status === 'requires_action';

const AskForBankDetails = ({ order, shop, refund }: Pick<MailFacts, 'order' | 'shop'> & { refund: RefundFacts }) => (
  <>
    <P>
      {`We have initiated a refund of ${amountOf(order, refund)}, and it needs your help: the money cannot go back the way you paid.`}
    </P>
    <P>
      {`Stripe, the payment provider of ${shop}, has sent you an e-mail that asks for your bank details. Please answer it. Without an answer the refund lapses after some weeks, and the money comes back to us.`}
    </P>
    <P>Look in your spam folder too. We never ask for bank details ourselves, so please do not send them to us.</P>
  </>
);

function sums(order: OrderFacts, refund: RefundFacts): [string, string][] {
  const earlier = order.refunded > inCents(order, refund);
  return [
    ['Order', order.number],
    ['This refund', amountOf(order, refund)],
    ...(earlier ? [['Total refunded', money(order, order.refunded)] satisfies [string, string]] : []),
    ['Order total', money(order, order.total)],
  ];
}

const amountOf = (order: OrderFacts, refund: RefundFacts): string => money(order, inCents(order, refund));

/** A refund whose amount is not known yet is for everything that is left. */
const inCents = (order: OrderFacts, { amount }: RefundFacts): number => amount ?? order.total - order.refunded;

/**
 * A sentence for each reason in domain/order. Reasons set only in Stripe's Dashboard are not repeated to the
 * customer.
 */
const WHY: Record<string, string> = {
  requested_by_customer: 'As you asked, we are refunding your order.',
  duplicate: 'It looks as if you paid twice for the same order, so we are refunding one of the payments.',
  out_of_stock: 'We are sorry: an item you ordered sold out before we could reserve it for you.',
  damaged: 'We are sorry that your order was damaged.',
};

const why = ({ reason }: RefundFacts): string => WHY[reason] ?? 'We are giving you a refund for your order.';
