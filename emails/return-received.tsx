import { money, type ReturnFacts, returnOf } from './facts';
import { CustomerLayout } from './layout';
import { Action, H2, P, Quantities } from './parts';
import type { InWords, MailTemplate } from './template';

/** Goods have come back: what they are, and whether they are refunded. */
export const returnReceived: MailTemplate = {
  audience: 'customer',
  title: 'Return notice',
  write: (facts, words) => {
    const returned = returnOf(facts);
    if (!returned) return null;
    return {
      subject: words.about(words.returned.title, facts.order.number),
      body: <ReturnReceived {...facts} words={words} returned={returned} />,
    };
  },
};

const ReturnReceived = ({ order, shop, links, words, returned }: InWords & { returned: ReturnFacts }) => {
  const { title, arrived, thanks, whatArrived, refunding } = words.returned;
  return (
    <CustomerLayout shop={shop} title={title} preview={arrived(order.number)} words={words}>
      <P>{`${arrived(order.number)} ${thanks}`}</P>
      <H2>{whatArrived}</H2>
      <Quantities of={returned.items} />
      {returned.refund !== null && <P>{refunding(money(order, returned.refund))}</P>}
      <Action href={links.order}>{words.viewOrder}</Action>
    </CustomerLayout>
  );
};
