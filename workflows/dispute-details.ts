import { workflowInfo } from '@temporalio/workflow';
import type { DisputeFacts } from '../activities/dispute/recorded';
import { bankReason } from '../domain/codes-in-words';
import { formatMoney } from '../domain/money';
import { moment } from './moment';
import { runUrl } from './run-link';

/**
 * A dispute's details in the Temporal UI, as Markdown: what happened, what it waits for, what staff can do. No
 * personal data.
 */
export function describeDispute(facts: DisputeFacts, reminded: boolean): string {
  const { order, sessionId, status, reason, amount, currency } = facts;
  const can = whatStaffCanDo(facts);
  return [
    `### Dispute of order ${order.number}: ${status}`,
    '',
    `${formatMoney({ amount, currency })}; ${bankReason(reason)}. ${whatItWaitsFor(facts, reminded)}`,
    ...earlierOrders(facts),
    ...(facts.understood
      ? []
      : ['', 'Stripe’s word for it is not known here: it counts as open. Look at it in the Dashboard.']),
    ...(can.length > 0 ? ['', '**You can**', '', ...can.map((line) => `- ${line}`)] : []),
    '',
    `[The workflow of order ${order.number}](${runUrl(sessionId, facts.temporalUi)}) · [The dispute in Stripe’s Dashboard](https://dashboard.stripe.com/${sessionId.startsWith('cs_live_') ? '' : 'test/'}disputes/${workflowInfo().workflowId})`,
  ].join('\n');
}

/** As above, once neither Stripe nor the database has it open. */
export const describeGone = ({ order }: DisputeFacts): string =>
  `### Dispute of order ${order.number}: closed here\n\nStripe does not know it. Nothing is left to do.`;

/** What the details of its order say of a dispute: while it is open, its terms, and afterwards what it has cost. */
export const shownByOrder = ({ standing, order, ...terms }: DisputeFacts): string => {
  const { openings, amount, currency, dueBy, answerable, submitted } = terms;
  return JSON.stringify(
    standing === 'open' ? { openings, amount, currency, dueBy, answerable, submitted } : { lost: order.lostAmount },
  );
};

/** Which earlier orders go with the evidence, and whether Visa takes them. */
function earlierOrders({ earlier }: DisputeFacts): string[] {
  if (earlier === undefined) return [];
  const { numbers, identifiers, taken, qualifying } = earlier;
  const same = identifiers.map((name) => IDENTIFIERS[name] ?? name).join(', ');
  const verdict =
    taken === null
      ? qualifying
        ? 'That is enough for Visa.'
        : 'Visa also wants the IP address or the device, which is not known: the bank reads it as any other evidence.'
      : taken === 'qualified'
        ? 'Visa has taken them as such.'
        : 'Visa has not taken them as such: the bank reads them as any other evidence.';
  return [
    '',
    `Visa’s compelling evidence 3.0: the evidence names the earlier orders ${numbers.join(' and ')}, which nobody disputed, of the same card and the same ${same}. ${verdict}`,
  ];
}

const IDENTIFIERS: Record<string, string> = {
  customer_purchase_ip: 'IP address',
  customer_email_address: 'e-mail address',
  customer_account_id: 'account',
  shipping_address: 'shipping address',
};

function whatItWaitsFor(
  { standing, needsAnswer, answerable, submitted, dueBy, reversed, order }: DisputeFacts,
  reminded: boolean,
): string {
  if (standing === 'kept')
    return reversed ? 'It was lost, and the money is ours after all.' : 'It is closed, and the money is ours.';
  if (standing === 'lost')
    return `It is closed, and the money is the buyer’s.${order.hasDownloads ? ' Downloads are revoked.' : ''} Staff decide about the order: its workflow, or its page once that has ended, says what became of it.`;
  if (submitted) return 'The evidence is submitted. It waits for the bank, and nothing of the order ships meanwhile.';
  if (!answerable)
    return 'The bank takes no answer, or none any more. It waits for the bank, and nothing of the order ships meanwhile.';
  if (!needsAnswer) return 'It waits for the bank, and nothing of the order ships meanwhile.';
  const until = dueBy === null ? 'Stripe names no day until which it is taken.' : `Answer by ${moment(dueBy)}.`;
  return `It waits for evidence. ${until}${reminded ? ' Staff were reminded.' : ''} Nothing of the order ships meanwhile.`;
}

/** A run that has ended shows for good what it last knew, so it offers only what is taken while it is open. */
function whatStaffCanDo({ standing, needsAnswer }: DisputeFacts): string[] {
  const { workflowId: disputeId } = workflowInfo();
  if (standing !== 'open' || !needsAnswer) return [];
  return [
    `read the evidence that was gathered, in the staff API: \`GET /admin/disputes/${disputeId}\`; \`PUT …/evidence\` changes it`,
    '`submitEvidence` — gives it to the bank as it stands, once',
  ];
}
