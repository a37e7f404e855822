import { workflowInfo } from '@temporalio/workflow';
import { progressInWords } from '../../domain/line-words';
import { mailInWords } from '../../domain/mail-words';
import { formatMoney } from '../../domain/money';
import { isDecision, isFinal } from '../../domain/order';
import { REQUESTED, refundableNow } from '../../domain/order-money';
import { conditionInWords } from '../../domain/returns';
import type { OrderReport } from '../../messages/order';
import { moment } from '../moment';
import { runUrl } from '../run-link';
import { stageInWords } from './refunds-told';

/**
 * The order's details in the Temporal UI, as Markdown: what is known of it, what it waits for, and what staff can do,
 * with data to paste. No personal data.
 */
export function describeOrder(order: OrderReport): string {
  return [
    `### Order ${order.number}: ${order.status}`,
    moneyOf(order),
    ...order.needsAttention.map(({ step, reason }) => `> **Needs attention** at *${step}*: ${reason}`),
    ...order.disputes.map((dispute) => disputeOf(dispute, order)),
    order.hold && `> **Shipping is on hold**: ${order.hold.reason}${since(order.hold.since)}`,
    `**It waits for** ${order.waitingFor}.`,
    section('Goods', order.lines.map(lineOf)),
    section('Parcels', order.parcels.map(parcelOf)),
    section('Came back', order.returns.map(returnOf)),
    section('The customer asks to return', order.returnRequests.map(requestOf)),
    section(
      'Refunds under way, or failed',
      order.openRefunds.map((refund) => refundOf(refund, order)),
    ),
    section('Mails', order.mails.map(mailOf)),
    section('What happened', order.happened),
    section('What you can do (Send an Update)', order.actions.map(actionOf)),
    hasEnded(order) && endedOf(order),
    linksOf(order),
  ]
    .filter(Boolean)
    .join('\n\n');
}

/** What an order waits for once its run is over, in words that complete “It waits for …”. */
export const NOTHING = 'nothing: it is done';

/**
 * In a final status the run still sends its last mails, and takes `retry` for one that is stuck. What staff must
 * decide, and a customer who is not reached, outlive it.
 */
const hasEnded = ({ status, waitingFor, needsAttention }: OrderReport): boolean =>
  isFinal(status) &&
  waitingFor === NOTHING &&
  needsAttention.every(({ step }) => step === 'contact' || isDecision(step));

/** A run that has ended shows for good what it last knew. */
function endedOf({ status, money, lines, needsAttention }: OrderReport): string {
  const isSold = status === 'COMPLETED' || status === 'REFUNDED';
  const isOut = lines.some(({ shipped, returned, withCustomer = shipped - returned }) => withCustomer > 0);
  const isLost = money.lost > 0 && money.left === 0;
  const isSentAgain = status === 'COMPLETED' && !isLost && lines.some(({ shipped }) => shipped > 0);
  const needs = (wanted: (step: string) => boolean) => needsAttention.some(({ step }) => wanted(step));
  const still = [
    ...(needs((step) => step === 'contact') ? ['corrects the e-mail address', 'sends the mail again'] : []),
    ...(needs(isDecision) ? ['takes `retry` and `resolve` about what needs attention'] : []),
    ...(isSold && money.left > 0 ? ['refunds it'] : []),
    ...(isSold && isOut ? ['takes goods back'] : []),
    ...(isSentAgain ? ['sends goods again'] : []),
  ];
  const api = still.length === 0 ? '' : ` The staff API ${IN_A_ROW.format(still)}.`;
  return `**It has ended**, and takes no updates.${api} The order’s document shows what happens from now on; this page does not.`;
}

const IN_A_ROW = new Intl.ListFormat('en-GB');

function moneyOf({ money: { currency, total, refunded, lost, left }, skus, openRefunds }: OrderReport): string {
  const say = (amount: number) => formatMoney({ amount, currency });
  const gone = [
    ...(refunded > 0 ? [`${say(refunded)} given back`] : []),
    ...(lost > 0 ? [`${say(lost)} lost to the bank`] : []),
  ];
  const rest = left === 0 ? 'nothing left' : `${say(left)} left (${left} in the smallest unit)`;
  const free = refundableNow({ total, refunded, lostAmount: lost }, openRefunds);
  const asked = free < left ? `, of which Stripe is asked for ${say(left - free)}` : '';
  const back = gone.length === 0 && asked === '' ? '' : ` · ${[...gone, rest].join(', ')}${asked}`;
  return `${say(total)}${back} · ${skus.join(', ')}`;
}

function disputeOf(dispute: OrderReport['disputes'][number], { temporalUi }: OrderReport): string {
  const { id, amount, currency, dueBy, answerable, submitted } = dispute;
  const toDo = submitted
    ? 'the evidence is submitted, and the bank decides'
    : answerable && dueBy !== null
      ? `answer by ${moment(dueBy)}`
      : 'the bank decides';
  return `> **Disputed** (${formatMoney({ amount, currency })}): ${toDo}. Nothing ships and nothing is refunded meanwhile. ${run(id, temporalUi)}`;
}

const lineOf = (line: OrderReport['lines'][number]): string =>
  `${line.quantity} × \`${line.sku}\`${replacementsOf(line)}: ${progressInWords(line)}`;

function replacementsOf({
  quantity,
  replaced = 0,
  sentAgain = replaced,
  ...line
}: OrderReport['lines'][number]): string {
  const { insteadOf = [], exchangedFor = [] } = line;
  const exchanged = replaced - sentAgain;
  const all = (units: number, what: string) => (units < quantity ? `, ${units} of them ${what}` : ` ${what}`);
  return [
    ...insteadOf.map((other) => all(other.quantity, `instead of \`${other.sku}\``)),
    ...(exchanged > 0
      ? [all(exchanged, `exchanged for ${IN_A_ROW.format(exchangedFor.map((other) => `\`${other}\``))}`)]
      : []),
    ...(sentAgain > 0 ? [`, ${sentAgain} of them at no charge`] : []),
  ].join('');
}

const parcelOf = ({ carrier, trackingNumber, at, items }: OrderReport['parcels'][number]): string =>
  `${carrier} \`${trackingNumber}\`, ${moment(at)}: ${unitsOf(items)}`;

const returnOf = ({ items, condition }: OrderReport['returns'][number]): string =>
  `${unitsOf(items)}, ${conditionInWords(condition)}`;

/** Declining goes with words to the customer, which must not stand here. */
const requestOf = ({ id, at, awaited }: OrderReport['returnRequests'][number]): string =>
  `${unitsOf(awaited)}, asked ${moment(at)}. The reason, if there is one, is in the staff API. Answer with \`return\` once it is back, or with \`POST …/return-requests/${id}/decline\` there`;

const unitsOf = (items: { sku: string; quantity: number }[]): string =>
  items.map(({ sku, quantity }) => `${quantity} × \`${sku}\``).join(', ');

/** Nothing tells a run that has ended what came of it. */
const LEFT_OPEN = 'was being asked for when this run ended; the order’s page shows what came of it';

function refundOf({ id, amount, ...stage }: OrderReport['openRefunds'][number], order: OrderReport): string {
  const what = amount === null ? 'all that is left' : formatMoney({ amount, currency: order.money.currency });
  const isLeftOpen = stage.status === REQUESTED && hasEnded(order);
  return `${what}: ${isLeftOpen ? LEFT_OPEN : stageInWords(stage)}${id === null ? '' : ` ${run(id, order.temporalUi)}`}`;
}

const mailOf = ({ template, state, at }: OrderReport['mails'][number]): string =>
  `\`${template}\`: ${mailInWords(state, 'the order’s document')} ${moment(at)}`;

function actionOf({ action, does, examples }: OrderReport['actions'][number]): string {
  const blocks = examples.map(({ data, means }) => {
    const block = ['```json', JSON.stringify(data), '```'].map((line) => `  ${line}`).join('\n');
    return `${means === undefined ? '' : `\n\n  for ${means}:`}\n\n${block}`;
  });
  return `\`${action}\` — ${does}${blocks.join('')}`;
}

const linksOf = ({ number, paymentIntentId, staffUrl }: OrderReport): string =>
  [
    ...(staffUrl === null ? [] : [`[The page of order ${number} for staff](${staffUrl})`]),
    ...(paymentIntentId === null ? [] : [`[The payment in Stripe’s Dashboard](${paymentUrl(paymentIntentId)})`]),
  ].join(' · ');

/** Test payments have pages of their own in Stripe's Dashboard. */
const paymentUrl = (id: string): string =>
  `https://dashboard.stripe.com/${workflowInfo().workflowId.startsWith('cs_live_') ? '' : 'test/'}payments/${id}`;

/** A link to the run that follows a refund or a dispute. */
const run = (id: string, ui: string | null): string => `[${id}](${runUrl(id, ui)})`;

const since = (at: string | null): string => (at === null ? '' : `, since ${moment(at)}`);

/** A Markdown list needs a blank line before it. */
const section = (title: string, lines: readonly string[]): string =>
  lines.length === 0 ? '' : `**${title}**\n\n${lines.map((line) => `- ${line}`).join('\n')}`;
