import { AnswerDispute, disputedAmount, wordsOf } from './dispute-parts';
import { type DisputeFacts, disputeOf, type MailFacts, moment } from './facts';
import { becauseStaff, Layout } from './layout';
import { Facts, H2, P, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a buyer has gone to their bank. Who it is stays in the staff API. */
export const disputeOpened: MailTemplate = {
  audience: 'staff',
  title: 'Notice of a dispute',
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
    preview={`${disputedAmount(facts.order, dispute)}, ${wordsOf(dispute.reason)}. ${until(dispute)}`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      {`The buyer has gone to their bank about ${disputedAmount(facts.order, dispute)}. While the bank decides, nothing of the order ships, and nothing of it can be refunded.`}
    </P>
    <Facts
      rows={[
        ['Dispute', dispute.id],
        ['Reason', wordsOf(dispute.reason)],
        ['Status', wordsOf(dispute.status)],
        ['Answer until', dispute.dueBy ? moment(dispute.dueBy) : 'Stripe names no day'],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <AnswerDispute {...facts} dispute={dispute} />
    <StaffPointers {...facts} />
  </Layout>
);

const until = ({ dueBy }: DisputeFacts): string => (dueBy ? `Answer until ${moment(dueBy)}.` : '');
