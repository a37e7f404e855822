import { type Action, type ActionFacts, UPDATES, type UpdateAction } from './action-facts';
import { RULES } from './action-rules';
import { REFUNDING_ALL } from './obstacles';
import { isFinal } from './order';

/** Why staff may not do this now, in a plain sentence without its full stop; null when they may. */
export const whyNot = (action: Action, order: ActionFacts): string | null =>
  whyNotInStatus(action, order) ?? whyNotWithFlags(action, order);

/**
 * As `whyNotInStatus`: what a workflow can tell at once, before it has read the order again. Lets a request pass that
 * may be a repeat.
 */
export function whyNotYet(action: Action, order: ActionFacts): string | null {
  return RULES[action].repeatIn?.includes(order.status) ? null : whyNotInStatus(action, order);
}

/** As `whyNot`, by the status alone. */
export function whyNotInStatus(action: Action, order: ActionFacts): string | null {
  const { in: allowed, also, instead } = RULES[action];
  if (allowed.includes(order.status) || also?.applies(order)) return null;
  const hint = instead?.(order);
  return hint === undefined ? refusalOf(order) : `${refusalOf(order)}: ${hint}`;
}

/** As `whyNot`, by what stands beside the status. */
export const whyNotWithFlags = (action: Action, order: ActionFacts): string | null =>
  RULES[action].obstacles.find(({ applies }) => applies(order))?.refusal(order) ?? null;

/**
 * Why a workflow refuses it while it asks Stripe for all that is left; null if it need not wait for the answer.
 * Whatever else stands in the way is judged when its turn comes.
 */
export const whyNotMeanwhile = (action: Action, order: ActionFacts): string | null =>
  RULES[action].obstacles.includes(REFUNDING_ALL) && REFUNDING_ALL.applies(order) ? REFUNDING_ALL.refusal(order) : null;

/** The refusal of what makes no sense in this status. */
export const refusalOf = ({ status }: Pick<ActionFacts, 'status'>): string => `The order is ${status}`;

/**
 * The updates that staff may send to an order's workflow now, with what each would do. Once the order has ended, its
 * workflow only sends the last mails, and tries one again that is stuck.
 */
export function offered(order: ActionFacts): { action: UpdateAction; does: string }[] {
  return takenNow(order)
    .filter((action) => whyNot(action, order) === null && !RULES[action].inVain?.(order))
    .map((action) => {
      const { does, doesNow } = RULES[action];
      return { action, does: doesNow?.(order) ?? does };
    });
}

function takenNow({ status, stuck = false, pendingDecision }: ActionFacts): readonly UpdateAction[] {
  if (!isFinal(status)) return UPDATES;
  return stuck && !pendingDecision ? ['retry'] : [];
}
