import { codeInWords } from '../domain/codes-in-words';
import { moment } from '../domain/dates';
import { AnswerDispute, disputedAmount, isInquiry } from './dispute-parts';
import { type DisputeFacts, disputeOf, type MailFacts } from './facts';
import { becauseStaff, Layout } from './layout';
import { Facts, H2, P, StaffPointers } from './parts';
import type { MailTemplate } from './template';

/** To staff: the deadline of a dispute is near, and no evidence has been submitted. */
export const disputeDeadline: MailTemplate = {
  audience: 'staff',
  title: 'Dispute deadline reminder',
  write: (facts) => {
    const dispute = disputeOf(facts);
    if (!dispute?.open || dispute.submitted || !dispute.dueBy || !dispute.answerable) return null;
    return {
      subject: `Answer the dispute on order ${facts.order.number} by ${moment(dispute.dueBy)}`,
      body: <DisputeDeadline {...facts} dispute={dispute} dueBy={dispute.dueBy} />,
    };
  },
};

const DisputeDeadline = ({ dispute, dueBy, ...facts }: MailFacts & { dispute: DisputeFacts; dueBy: Date }) => (
  <Layout
    shop={facts.shop}
    title={`Answer the dispute on order ${facts.order.number}`}
    preview={`${disputedAmount(facts.order, dispute)}. The bank accepts evidence until ${moment(dueBy)}.`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      {`The dispute over ${disputedAmount(facts.order, dispute)} has not been answered yet. The bank accepts evidence until ${moment(dueBy)}. ${withoutAnswer(dispute)}`}
    </P>
    <Facts
      rows={[
        ['Dispute', dispute.id],
        ['Reason', codeInWords(dispute.reason)],
        ['Answer by', moment(dueBy)],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <AnswerDispute {...facts} dispute={dispute} />
    <StaffPointers {...facts} />
  </Layout>
);

const withoutAnswer = (dispute: DisputeFacts): string =>
  isInquiry(dispute)
    ? 'Without an answer, the inquiry usually becomes a dispute, which takes the money and a fee.'
    : 'Without an answer, the dispute is lost, and the money with it.';
