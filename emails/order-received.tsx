import { en } from '../domain/words/en';
import { isShipped, type MailFacts, money } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, H2, Items, P, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a new order has come in. The customer's name and address stay in the staff API. */
export const orderReceived: MailTemplate = {
  audience: 'staff',
  title: 'New order notice',
  write: (facts) => ({
    subject: `New order ${facts.order.number}: ${money(facts.order, facts.order.total)}`,
    body: <OrderReceived {...facts} />,
  }),
};

const OrderReceived = (facts: MailFacts) => {
  const { order, shop, links } = facts;
  const sum = order.total > 0 ? `${money(order, order.total)} has been paid.` : 'The order was free.';
  const next = isShipped(order) ? 'The order is ready to ship.' : 'There is nothing to ship.';
  return (
    <Layout shop={shop} title={`New order ${order.number}`} preview={`${sum} ${next}`} why={becauseStaff(shop)}>
      <P>{`${sum} ${next}`}</P>
      <Items order={order} sums={en.sums} />
      {isShipped(order) && (
        <>
          <H2>When you ship it</H2>
          <P>
            <Code>{`POST ${links.admin}/ship`}</Code>
          </P>
          <Small>
            Send the carrier and the tracking number with it. In the Temporal UI, send the order’s workflow the update
            “ship”.
          </Small>
        </>
      )}
      <StaffPointers {...facts} />
    </Layout>
  );
};
