import type { OrderFactsNow } from '../../activities/order/facts';
import { formatMoney } from '../../domain/money';
import { DECISIONS, type OrderStatus } from '../../domain/order';
import type { Parked } from './desk';

/** What staff can do about an order, by where it stands. */
const CAN_DO: Record<OrderStatus, string[]> = {
  PENDING: ['`cancel` — closes the till, gives back the stock, and refunds if money came'],
  PAID: ['`cancel` — refunds and returns the stock'],
  PREPARING: [
    '`ship` — records a parcel and mails the customer',
    '`cancel` — refunds and returns the stock, while nothing is shipped',
    '`refund` — gives money back, all that is left or a part',
  ],
  SHIPPED: ['`deliver` — says that it arrived', '`refund` — gives money back, all that is left or a part'],
  COMPLETED: [],
  EXPIRED: [],
  CANCELLED: [],
  REFUNDED: [],
};

/** What `retry` does about what others found out. */
const RETRY: Partial<Record<string, string>> = {
  [DECISIONS.refundFailed]: 'asks for the refund anew; `ship` takes the stock again and ships after all',
  [DECISIONS.fraudWarning]: 'goes on all the same; `cancel` gives the money back',
  [DECISIONS.disputeLost]: 'takes note; `cancel` returns what is unshipped and ends the order',
  [DECISIONS.reviewClosed]: 'takes note, and the order goes on',
};

/** An order as the Temporal UI shows it, in Markdown: what happened, what it waits for, what staff can do. No personal data. */
export function describeOrder({
  order,
  waitingFor,
  parked,
  happened,
}: {
  order: OrderFactsNow | null;
  waitingFor: string;
  parked: Parked[];
  happened: string[];
}): string {
  if (order === null) return `Being opened. It waits for ${waitingFor}.`;
  const actions = [
    ...(parked[0] ? [`\`retry\` — ${RETRY[parked[0].step] ?? 'tries the step that needs attention again'}`] : []),
    ...CAN_DO[order.status],
  ];
  return [
    `### Order ${order.number}: ${order.status}`,
    `${formatMoney({ amount: order.total, currency: order.currency })} · ${order.skus.join(', ')}`,
    ...parked.map(({ step, reason }) => `> **Needs attention** at *${step}*: ${reason}`),
    `**It waits for** ${waitingFor}.`,
    section('What happened', happened),
    section('What you can do (Send an Update)', actions),
  ]
    .filter(Boolean)
    .join('\n\n');
}

const section = (title: string, lines: string[]): string =>
  lines.length === 0 ? '' : `**${title}**\n${lines.map((line) => `- ${line}`).join('\n')}`;
