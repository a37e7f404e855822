import { AnswerDispute, disputedAmount, wordsOf } from './dispute-parts';
import { type DisputeFacts, disputeOf, type MailFacts, moment } from './facts';
import { becauseStaff, Layout } from './layout';
import { Facts, H2, P, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: a dispute is about to be lost for want of an answer. */
export const disputeDeadline: MailTemplate = {
  audience: 'staff',
  title: 'Reminder of a dispute’s deadline',
  write: (facts) => {
    const dispute = disputeOf(facts);
    if (!dispute?.open || dispute.submitted || !dispute.dueBy) return null;
    return {
      subject: `Answer the dispute of order ${facts.order.number} until ${moment(dispute.dueBy)}`,
      body: <DisputeDeadline {...facts} dispute={dispute} dueBy={dispute.dueBy} />,
    };
  },
};

const DisputeDeadline = ({ dispute, dueBy, ...facts }: MailFacts & { dispute: DisputeFacts; dueBy: Date }) => (
  <Layout
    shop={facts.shop}
    title={`Answer the dispute of order ${facts.order.number}`}
    preview={`${disputedAmount(facts.order, dispute)}. The bank takes evidence until ${moment(dueBy)}.`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      {`Nobody has answered the dispute of ${disputedAmount(facts.order, dispute)} yet. The bank takes evidence until ${moment(dueBy)}; after that the dispute is lost, and the money with it.`}
    </P>
    <Facts
      rows={[
        ['Dispute', dispute.id],
        ['Reason', wordsOf(dispute.reason)],
        ['Answer until', moment(dueBy)],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <AnswerDispute {...facts} dispute={dispute} />
    <StaffPointers {...facts} />
  </Layout>
);
