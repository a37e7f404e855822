import { formatMoney } from '../domain/money';
import type { DisputeFacts, MailFacts, OrderFacts } from './facts';
import { Code, P, Small } from './parts';

/** The disputed amount, formatted for reading. */
export const disputedAmount = ({ locale }: OrderFacts, { amount, currency }: DisputeFacts): string =>
  formatMoney({ amount, currency }, locale);

/** How staff answer a dispute, or that the bank takes no answer. */
export const AnswerDispute = ({ order, links, dispute }: MailFacts & { dispute: DisputeFacts }) =>
  dispute.answerable ? (
    <>
      <P>
        {`We have gathered the evidence: ${evidenceOf(order)}. Read it, and correct anything that is wrong or missing:`}
      </P>
      <P>
        <Code>{`GET ${links.dispute(dispute.id)}`}</Code>
        <br />
        <Code>{`PUT ${links.dispute(dispute.id)}/evidence`}</Code>
      </P>
      <P>Then submit it. The bank accepts evidence only once:</P>
      <P>
        <Code>{`POST ${links.dispute(dispute.id)}/submit`}</Code>
      </P>
      <Small>In the Temporal UI, open the workflow whose id is the dispute’s id and send it “submitEvidence”.</Small>
    </>
  ) : (
    <P>The bank takes no answer to this dispute, or none any more. You only need to wait for its decision.</P>
  );

/** What there is to show the bank: nothing is called shipped or downloadable that is not. */
function evidenceOf({ items, shipments }: OrderFacts): string {
  const parts = [
    'what was bought',
    ...(shipments.length > 0 ? ['what was shipped'] : []),
    ...(items.some(({ kind }) => kind === 'DIGITAL') ? ['what was downloaded'] : []),
    'the e-mails sent to the customer',
  ];
  return new Intl.ListFormat('en-GB', { type: 'conjunction' }).format(parts);
}

/** An inquiry asks before any money is taken, and ends differently. */
export const isInquiry = ({ status }: DisputeFacts): boolean => status.startsWith('warning_');
