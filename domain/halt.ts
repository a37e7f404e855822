import type { ActionFacts } from './action-facts';
import { isAboutRefund } from './action-rules';
import { whyNotWithFlags } from './actions';
import { DECISIONS, endedUnsold } from './order';

/**
 * What keeps an order from going on, as far as its shopper may know: whoever has its address can read it, and a thief
 * should not learn that their card is under review. `check`: staff or the bank look at something. `refund_failed`: all
 * of its money was to go back, and did not. `repaid`: the bank has given the money back.
 */
export const HALTS = ['check', 'refund_failed', 'repaid'] as const;
export type Halt = (typeof HALTS)[number];

/** Null while nothing keeps it. */
export function haltOf(order: ActionFacts): Halt | null {
  const { status, stock, pendingDecision, lost = false, reports = [], cancelRefused = false } = order;
  const isUnderWay = status === 'PAID' || status === 'PREPARING';
  const wentBack = endedUnsold(status) || (status === 'PENDING' && stock !== 'HELD');
  const isUndone = isUnderWay && (stock === 'RETURNED' || cancelRefused);
  if (isAboutRefund(pendingDecision) && (wentBack || isUndone)) return 'refund_failed';
  if (!isUnderWay) return null;
  if (lost && reports.includes(DECISIONS.disputeLost)) return 'repaid';
  return stock === 'RETURNED' || whyNotWithFlags('ship', order) !== null ? 'check' : null;
}
