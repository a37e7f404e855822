import { type MailFacts, money, type ReturnFacts, returnOf } from './facts';
import { becauseOrdered, Layout } from './layout';
import { Action, H2, P, Quantities } from './parts';
import type { MailTemplate } from './template';

/** Goods have come back: what they are, and whether they are refunded. */
export const returnReceived: MailTemplate = {
  audience: 'customer',
  title: 'Return notice',
  write: (facts) => {
    const returned = returnOf(facts);
    if (!returned) return null;
    return {
      subject: `${HEADLINE}: order ${facts.order.number}`,
      body: <ReturnReceived {...facts} returned={returned} />,
    };
  },
};

const HEADLINE = 'We have received your return';

const ReturnReceived = ({ order, shop, links, returned }: MailFacts & { returned: ReturnFacts }) => (
  <Layout
    shop={shop}
    title={HEADLINE}
    preview={`What you sent back from order ${order.number} has arrived.`}
    why={becauseOrdered(shop)}
  >
    <P>{`What you sent back from your order ${order.number} has arrived. Thank you.`}</P>
    <H2>What we have received</H2>
    <Quantities of={returned.items} />
    {returned.refund !== null && (
      <P>
        {`We are refunding you ${money(order, returned.refund)} for it, and will e-mail you about the refund separately.`}
      </P>
    )}
    <Action href={links.order}>View your order</Action>
  </Layout>
);
