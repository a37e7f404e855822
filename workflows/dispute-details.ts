import type { DisputeFacts } from '../activities/dispute/recorded';
import { adviceOnLoss } from '../domain/dispute';
import { formatMoney } from '../domain/money';

/**
 * A dispute's details in the Temporal UI, as Markdown: what happened, what it waits for, what staff can do. No
 * personal data.
 */
export function describeDispute(facts: DisputeFacts, reminded: boolean): string {
  const { order, status, reason, amount, currency } = facts;
  const can = whatStaffCanDo(facts);
  return [
    `### Dispute of order ${order.number}: ${status}`,
    '',
    `${formatMoney({ amount, currency })}, \`${reason}\`. ${whatItWaitsFor(facts, reminded)}`,
    ...(facts.understood
      ? []
      : ['', 'Stripe’s word for it is not known here: it counts as open. Look at it in the Dashboard.']),
    ...(can.length > 0 ? ['', '**You can**', '', ...can.map((line) => `- ${line}`)] : []),
  ].join('\n');
}

function whatItWaitsFor(
  { standing, needsAnswer, answerable, submitted, dueBy, reversed }: DisputeFacts,
  reminded: boolean,
): string {
  if (standing === 'kept')
    return reversed ? 'It was lost, and the money is ours after all.' : 'It is closed, and the money is ours.';
  if (standing === 'lost') return 'It is closed, and the money is the buyer’s. Downloads are revoked.';
  if (submitted) return 'The evidence is submitted. It waits for the bank, and nothing of the order ships meanwhile.';
  if (!answerable)
    return 'The bank takes no answer, or none any more. It waits for the bank, and nothing of the order ships meanwhile.';
  if (!needsAnswer) return 'It waits for the bank, and nothing of the order ships meanwhile.';
  const until =
    dueBy === null
      ? 'Stripe names no day until which it is taken.'
      : `It is taken until ${new Date(dueBy).toISOString()}.`;
  return `It waits for evidence. ${until}${reminded ? ' Staff were reminded.' : ''} Nothing of the order ships meanwhile.`;
}

function whatStaffCanDo({ standing, needsAnswer, order }: DisputeFacts): string[] {
  if (standing === 'lost')
    return [`decide about the order, whose workflow takes updates until it ends. ${adviceOnLoss(order)}`];
  if (standing !== 'open' || !needsAnswer) return [];
  return [
    'read and change the evidence that was gathered, in the staff API: `GET` and `PUT /admin/disputes/{id}/evidence`',
    '`submitEvidence` — gives it to the bank as it stands, once',
  ];
}
