import { isResolved, isReversed } from '../domain/refund';
import { money, type OrderFacts, type RefundFacts, refundOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, Facts, P, Small } from './parts';
import type { InWords, MailTemplate } from './template';
import type { MailWords } from './words/en';

/** A refund was made. Until Stripe reports that it succeeded, the mail says only that the refund was initiated. */
export const orderRefunded: MailTemplate = {
  audience: 'customer',
  title: 'Refund notice',
  write: (facts, words) => {
    const refund = refundOf(facts);
    if (!refund || isReversed(refund.status) || isResolved(refund.status)) return null;
    const { done, initiated } = words.refunded;
    const headline = (refund.status === 'succeeded' ? done : initiated)(amountOf(facts.order, refund));
    return {
      subject: words.about(headline, facts.order.number),
      body: <OrderRefunded {...facts} words={words} refund={refund} headline={headline} />,
    };
  },
};

type Props = InWords & { refund: RefundFacts; headline: string };

const OrderRefunded = ({ order, shop, links, words, refund, headline }: Props) => {
  const why = whyOf(refund, words.refunded.reasons);
  const amount = amountOf(order, refund);
  const { onItsWay, weInitiated, needsYou, stripeAsks, weNeverAsk, howLong, howLongAfterDetails } = words.refunded;
  return (
    <CustomerLayout shop={shop} title={headline} preview={`${words.order(order.number)}. ${why}`} words={words}>
      <P>{why}</P>
      {needsBankDetails(refund) ? (
        <>
          <P>{needsYou(amount)}</P>
          <P>{stripeAsks(shop)}</P>
          <P>{weNeverAsk}</P>
        </>
      ) : (
        <P>{refund.status === 'succeeded' ? onItsWay(amount) : weInitiated(amount)}</P>
      )}
      <Facts rows={sums(order, refund, words.facts)} />
      <Small>{needsBankDetails(refund) ? howLongAfterDetails : howLong}</Small>
      <Action href={links.order}>{words.viewOrder}</Action>
    </CustomerLayout>
  );
};

/** The way the customer paid takes no refund. Stripe asks them for an account, by e-mail. */
const needsBankDetails = ({ status }: RefundFacts): boolean => status === 'requires_action';

function sums(order: OrderFacts, refund: RefundFacts, words: MailWords['facts']): [string, string][] {
  const earlier = order.refunded > inCents(order, refund);
  return [
    [words.order, order.number],
    [words.thisRefund, amountOf(order, refund)],
    ...(earlier ? [[words.totalRefunded, money(order, order.refunded)] satisfies [string, string]] : []),
    [words.orderTotal, money(order, order.total)],
  ];
}

const amountOf = (order: OrderFacts, refund: RefundFacts): string => money(order, inCents(order, refund));

/** A refund whose amount is not known yet is for everything that is left. */
const inCents = (order: OrderFacts, { amount }: RefundFacts): number => amount ?? order.total - order.refunded;

type Reasons = MailWords['refunded']['reasons'];

/** Reasons that are set only in Stripe's Dashboard are not repeated to the customer. */
const whyOf = ({ reason }: RefundFacts, reasons: Reasons): string =>
  isKnown(reason, reasons) ? reasons[reason] : reasons.other;

const isKnown = (reason: string, reasons: Reasons): reason is keyof Reasons => Object.hasOwn(reasons, reason);
