/** On tests' orders: money goes back to buyers, and on to the shop's bank. */

import { currency, flag, integer, oneOf, required, text } from '../http/params';
import { createPayout, finishPayout, reconcilePayout } from '../objects/payouts';
import { createRefund, finishRefund, refundShape } from '../objects/refunds';
import type { World } from '../world';
import type { ControlRows } from './rows';

export function moneyOrders(world: World, { order }: ControlRows): void {
  order(
    '/refunds',
    { ...refundShape, status: oneOf('pending', 'requires_action', 'succeeded') },
    ({ status, ...params }) => createRefund(world, params, status),
  );
  order('/refunds/:id/succeed', {}, (_, id) => finishRefund(world, id, 'succeeded'));
  order('/refunds/:id/fail', { reason: text() }, ({ reason }, id) => finishRefund(world, id, 'failed', reason));
  order('/refunds/:id/cancel', {}, (_, id) => finishRefund(world, id, 'canceled'));

  order('/payouts', { currency: required(currency), amount: integer(), automatic: flag }, (asked) =>
    createPayout(world, asked),
  );
  order('/payouts/:id/pay', {}, (_, id) => finishPayout(world, id, 'paid'));
  order('/payouts/:id/fail', { code: text() }, ({ code }, id) => finishPayout(world, id, 'failed', code));
  order('/payouts/:id/cancel', {}, (_, id) => finishPayout(world, id, 'canceled'));
  order('/payouts/:id/reconcile', {}, (_, id) => reconcilePayout(world, id));
}
