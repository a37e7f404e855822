import { isShipped, type MailFacts, money } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, H2, Items, P, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: an order has come in. Who bought, and where it goes, stays in the staff API. */
export const orderReceived: MailTemplate = {
  audience: 'staff',
  title: 'Notice of a new order',
  write: (facts) => ({
    subject: `New order ${facts.order.number}: ${money(facts.order, facts.order.total)}`,
    body: <OrderReceived {...facts} />,
  }),
};

const OrderReceived = (facts: MailFacts) => {
  const { order, shop, links } = facts;
  const sum = order.total > 0 ? `${money(order, order.total)} is paid.` : 'Nothing was due.';
  const next = isShipped(order) ? 'It waits to be shipped.' : 'There is nothing to ship.';
  return (
    <Layout shop={shop} title={`New order ${order.number}`} preview={`${sum} ${next}`} why={becauseStaff(shop)}>
      <P>{`${sum} ${next}`}</P>
      <Items order={order} />
      {isShipped(order) && (
        <>
          <H2>When the parcel leaves</H2>
          <P>
            <Code>{`POST ${links.admin}/ship`}</Code>
          </P>
          <Small>With the carrier and the tracking number. In the Temporal UI it is the update “ship”.</Small>
        </>
      )}
      <StaffPointers {...facts} />
    </Layout>
  );
};
