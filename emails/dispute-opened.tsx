import { AnswerDispute, disputedAmount, wordsOf } from './dispute-parts';
import { type DisputeFacts, disputeOf, type MailFacts, moment } from './facts';
import { becauseStaff, Layout } from './layout';
import { Facts, H2, P, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a customer has disputed a payment with their bank. Their name and address stay in the staff API. */
export const disputeOpened: MailTemplate = {
  audience: 'staff',
  title: 'Dispute notice',
  write: (facts) => {
    const dispute = disputeOf(facts);
    if (!dispute?.open) return null;
    return {
      subject: `Order ${facts.order.number} is disputed: ${disputedAmount(facts.order, dispute)}`,
      body: <DisputeOpened {...facts} dispute={dispute} />,
    };
  },
};

const DisputeOpened = ({ dispute, ...facts }: MailFacts & { dispute: DisputeFacts }) => (
  <Layout
    shop={facts.shop}
    title={`Order ${facts.order.number} is disputed`}
    preview={`${disputedAmount(facts.order, dispute)}, ${wordsOf(dispute.reason)}. ${deadline(dispute)}`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      {`The customer has disputed ${disputedAmount(facts.order, dispute)} with their bank. Until the bank decides, this order cannot be shipped, refunded or cancelled.`}
    </P>
    <Facts
      rows={[
        ['Dispute', dispute.id],
        ['Reason', wordsOf(dispute.reason)],
        ['Status', wordsOf(dispute.status)],
        ['Answer by', dispute.dueBy ? moment(dispute.dueBy) : 'Stripe gives no deadline'],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <AnswerDispute {...facts} dispute={dispute} />
    <StaffPointers {...facts} />
  </Layout>
);

const deadline = ({ dueBy }: DisputeFacts): string => (dueBy ? `Answer by ${moment(dueBy)}.` : '');
