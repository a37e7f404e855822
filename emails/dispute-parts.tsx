import { formatMoney } from '../domain/money';
import type { DisputeFacts, MailFacts, OrderFacts } from './facts';
import { Code, P, Small } from './parts';

/** The disputed amount, formatted for reading. */
export const disputedAmount = ({ locale }: OrderFacts, { amount, currency }: DisputeFacts): string =>
  formatMoney({ amount, currency }, locale);

/** Stripe's code as words: `product_not_received` becomes “product not received”. The list of codes is open. */
export const wordsOf = (code: string): string => code.replaceAll('_', ' ');

/** How staff answer a dispute. */
export const AnswerDispute = ({ links, dispute }: MailFacts & { dispute: DisputeFacts }) => (
  <>
    <P>
      We have gathered the evidence: what was bought, shipped and downloaded, and the e-mails sent to the customer. Read
      it, and correct anything that is wrong or missing:
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
);
