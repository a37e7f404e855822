import { formatMoney } from '../domain/money';
import type { DisputeFacts, MailFacts, OrderFacts } from './facts';
import { Code, P, Small } from './parts';

/** The disputed amount in words. */
export const disputedAmount = ({ locale }: OrderFacts, { amount, currency }: DisputeFacts): string =>
  formatMoney({ amount, currency }, locale);

/** Stripe's code as words: `product_not_received`, and whatever it may say one day. */
export const wordsOf = (code: string): string => code.replaceAll('_', ' ');

/** How a dispute is answered. */
export const AnswerDispute = ({ links, dispute }: MailFacts & { dispute: DisputeFacts }) => (
  <>
    <P>
      The evidence is gathered: what was bought, shipped and downloaded, and what was written to the customer. Read it,
      and change what you know better:
    </P>
    <P>
      <Code>{`GET ${links.dispute(dispute.id)}`}</Code>
      <br />
      <Code>{`PUT ${links.dispute(dispute.id)}/evidence`}</Code>
    </P>
    <P>Then give it to the bank, which takes it once:</P>
    <P>
      <Code>{`POST ${links.dispute(dispute.id)}/submit`}</Code>
    </P>
    <Small>In the Temporal UI it is the update “submitEvidence” of the workflow that has the dispute’s id.</Small>
  </>
);
