import { moment } from '../domain/dates';
import { en } from '../domain/words/en';
import type { MailFacts, WithdrawalFacts } from './facts';
import { becauseStaff, Layout } from './layout';
import { Code, Facts, H2, Items, P, Small, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a customer has withdrawn, and what is to be done. Their name and address stay in the staff API. */
export const withdrawalNotice: MailTemplate = {
  audience: 'staff',
  title: 'Withdrawal notice',
  write: (facts) => {
    const { withdrawal } = facts.order;
    if (!withdrawal) return null;
    return {
      subject: `Withdrawal: order ${facts.order.number}${withdrawal.undone ? ' is being refunded' : ' needs you'}`,
      body: <WithdrawalNotice {...facts} withdrawal={withdrawal} />,
    };
  },
};

const WithdrawalNotice = ({ withdrawal, ...facts }: MailFacts & { withdrawal: WithdrawalFacts }) => {
  const { order, shop, links } = facts;
  const { at, undone, late, begun, shipped } = withdrawal;
  const hasGoods = order.items.some(({ kind }) => kind === 'PHYSICAL');
  return (
    <Layout
      shop={shop}
      title={`The customer has withdrawn from order ${order.number}`}
      preview={undone ? 'Nothing was delivered: all of the money goes back.' : 'The refund is due in 14 days.'}
      why={becauseStaff(shop)}
    >
      <Facts rows={[['Received', moment(at)]]} />
      {undone && (
        <P>Nothing was delivered: the order is undone, and all of its money goes back. There is nothing to do.</P>
      )}
      {!undone && (
        <>
          {late && <P>The statement came after the withdrawal period. Whether you accept it is for you to decide.</P>}
          {begun.length > 0 && (
            <P>
              {`Begun downloads and issued licence keys: ${begun.join(', ')}. They are exempt only if the customer agreed to that before.`}
            </P>
          )}
          <H2>What to do</H2>
          <P>
            {shipped
              ? 'Once the goods are back, record them as a return, which refunds them. If the customer shows that they were sent, refund at once. The refund is due 14 days after the statement, but you may wait for the goods or that proof. It includes the standard cost of delivery.'
              : 'Refund the order within 14 days of the statement.'}
            {hasGoods && ' What is still to be shipped is on hold.'}
          </P>
          {shipped && (
            <P>
              <Code>{`POST ${links.admin}/returns`}</Code>
            </P>
          )}
          <P>
            <Code>{`POST ${links.admin}/refund {"reason":"requested_by_customer"}`}</Code>
          </P>
          <Small>
            Each needs an Idempotency-Key; the API’s /docs shows what to send. The customer has a receipt. Nothing else
            was sent to them, and nothing was refunded.
          </Small>
        </>
      )}
      <Items order={order} sums={en.sums} />
      <StaffPointers {...facts} />
    </Layout>
  );
};
