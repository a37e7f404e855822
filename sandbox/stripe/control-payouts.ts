/** On tests' orders: the balance goes to the bank, arrives, or does not. */
import type { Order } from './control-row';
import { currency, flag, integer, required, text } from './params';
import { createPayout, finishPayout, reconcilePayout } from './payouts';
import type { World } from './world';

export function payoutOrders(world: World, order: Order): void {
  order('/payouts', { currency: required(currency), amount: integer(), automatic: flag }, (asked) =>
    createPayout(world, asked),
  );
  order('/payouts/:id/pay', {}, (_, id) => finishPayout(world, id, 'paid'));
  order('/payouts/:id/fail', { code: text() }, ({ code }, id) => finishPayout(world, id, 'failed', code));
  order('/payouts/:id/cancel', {}, (_, id) => finishPayout(world, id, 'canceled'));
  order('/payouts/:id/reconcile', {}, (_, id) => reconcilePayout(world, id));
}
