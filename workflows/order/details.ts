import type { OrderFactsNow } from '../../activities/order/facts';
import { offered } from '../../domain/actions';
import { formatMoney } from '../../domain/money';
import { isForRetry, type Parked } from '../parking';

/**
 * The order's details in the Temporal UI, as Markdown: what happened, what it waits for, what staff can do. No
 * personal data.
 */
export function describeOrder({
  order,
  waitingFor,
  parked,
  happened,
}: {
  order: OrderFactsNow | null;
  waitingFor: string;
  parked: readonly Parked[];
  happened: readonly string[];
}): string {
  if (order === null) return `Being opened. It waits for ${waitingFor}.`;
  const facts = { ...order, pendingDecision: order.pendingDecision?.step, needsAttention: parked.some(isForRetry) };
  const actions = offered(facts).map(({ action, does }) => `\`${action}\` — ${does}`);
  return [
    `### Order ${order.number}: ${order.status}`,
    `${formatMoney({ amount: order.total, currency: order.currency })} · ${order.skus.join(', ')}`,
    ...parked.map(({ step, reason }) => `> **Needs attention** at *${step}*: ${reason}`),
    order.shippingHold ? `> **Shipping is on hold**: ${order.shippingHold}` : '',
    `**It waits for** ${waitingFor}.`,
    section('What happened', happened),
    section('What you can do (Send an Update)', actions),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `**${title}**\n${lines.map((line) => `- ${line}`).join('\n')}`;
