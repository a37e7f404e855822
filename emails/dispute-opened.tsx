import { codeInWords } from '../domain/codes-in-words';
import { moment } from '../domain/dates';
import { AnswerDispute, disputedAmount, isInquiry } from './dispute-parts';
import { type DisputeFacts, disputeOf, type MailFacts, type OrderFacts } from './facts';
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
    preview={`${disputedAmount(facts.order, dispute)}, ${codeInWords(dispute.reason)}. ${deadline(dispute)}`}
    why={becauseStaff(facts.shop)}
  >
    <P>
      {`${whatHappened(facts.order, dispute)} Until the bank decides, this order cannot be shipped, refunded or cancelled.`}
    </P>
    <Facts
      rows={[
        ['Dispute', dispute.id],
        ['Reason', codeInWords(dispute.reason)],
        ['Status', codeInWords(dispute.status)],
        ['Answer by', answerBy(dispute)],
        ['Order', `${facts.order.number}, ${facts.order.status}`],
      ]}
    />
    <H2>What you can do</H2>
    <AnswerDispute {...facts} dispute={dispute} />
    <StaffPointers {...facts} />
  </Layout>
);

/** An inquiry takes no money. */
const whatHappened = (order: OrderFacts, dispute: DisputeFacts): string =>
  isInquiry(dispute)
    ? `The customer’s bank asks about ${disputedAmount(order, dispute)} of this payment. No money was taken so far.`
    : `The customer has disputed ${disputedAmount(order, dispute)} with their bank.`;

const answerBy = ({ answerable, dueBy }: DisputeFacts): string => {
  if (!answerable) return 'The bank takes no answer';
  return dueBy ? moment(dueBy) : 'Stripe gives no deadline';
};

const deadline = ({ answerable, dueBy }: DisputeFacts): string =>
  dueBy && answerable ? `Answer by ${moment(dueBy)}.` : '';
