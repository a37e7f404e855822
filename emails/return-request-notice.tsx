import type { MailFacts, ReturnRequestFacts } from './facts';
import { returnRequestOf } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, H2, P, Quantities, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a customer asks to return goods. Why they do stays in the staff API. */
export const returnRequestNotice: MailTemplate = {
  audience: 'staff',
  title: 'Notice of a request to return',
  write: (facts) => {
    const request = returnRequestOf(facts);
    if (!request) return null;
    return {
      subject: `Return asked for: order ${facts.order.number} needs you`,
      body: <ReturnRequestNotice {...facts} request={request} />,
    };
  },
};

const ReturnRequestNotice = ({ request, ...facts }: MailFacts & { request: ReturnRequestFacts }) => {
  const { order, shop, links } = facts;
  return (
    <Layout
      shop={shop}
      title={`The customer asks to return goods of order ${order.number}`}
      preview="Tell them where to send it, or decline. Nothing follows by itself."
      why={becauseStaff(shop)}
    >
      <Quantities of={request.items} />
      <H2>What to do</H2>
      <P>
        Write to the customer where to send it. Once it is back, record it as a return, with or without a refund: that
        answers the request.
      </P>
      <P>
        <Code>{`POST ${links.admin}/returns`}</Code>
      </P>
      <P>If you do not take it back, decline, with a note that the customer is sent:</P>
      <P>
        <Code>{`POST ${links.admin}/return-requests/${request.id}/decline {"note":"…"}`}</Code>
      </P>
      <Small>
        The order in the staff API says why the customer asks, if they gave a reason. They have a receipt of what they
        asked, and were told nothing else.
      </Small>
      <StaffPointers {...facts} />
    </Layout>
  );
};
