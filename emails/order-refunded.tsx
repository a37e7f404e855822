import { type MailFacts, money, type OrderFacts, type RefundFacts, refundOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { MailTemplate } from './template';

/** Money goes back. Until Stripe says that a refund has succeeded it is only initiated, and the mail says no more than that. */
export const orderRefunded: MailTemplate = {
  audience: 'customer',
  title: 'Refund notice',
  write: (facts) => {
    const refund = refundOf(facts);
    if (!refund || refund.status === 'failed' || refund.status === 'canceled') return null;
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
    <P>
      {refund.status === 'succeeded'
        ? `${amountOf(order, refund)} is on its way back to the account or card you paid with.`
        : `We have initiated the refund of ${amountOf(order, refund)} to the account or card you paid with. There is nothing you need to do.`}
    </P>
    <Facts rows={sums(order, refund)} />
    <Small>Banks usually take 5 to 10 business days to show it on your statement.</Small>
    <Action href={links.order}>View your order</Action>
  </Layout>
);

function sums(order: OrderFacts, refund: RefundFacts): [string, string][] {
  const earlier = order.refunded > inCents(order, refund);
  return [
    ['Order', order.number],
    ['This refund', amountOf(order, refund)],
    ...(earlier ? [['Refunded in all', money(order, order.refunded)] satisfies [string, string]] : []),
    ['Order total', money(order, order.total)],
  ];
}

const amountOf = (order: OrderFacts, refund: RefundFacts): string => money(order, inCents(order, refund));

/** A refund without an amount yet is one of all that is left. */
const inCents = (order: OrderFacts, { amount }: RefundFacts): number => amount ?? order.total - order.refunded;

/** The reasons of domain/order. One that only Stripe's Dashboard knows is not for the customer. */
const WHY: Record<string, string> = {
  requested_by_customer: 'As you asked, we are giving you your money back.',
  duplicate: 'You seem to have paid twice for the same thing, so we are giving one payment back.',
  out_of_stock: 'We are sorry: what you ordered sold out before we could put it aside for you.',
  damaged: 'We are sorry that what you ordered was damaged.',
};

const why = ({ reason }: RefundFacts): string => WHY[reason] ?? 'We are giving you money back for your order.';
