/** Commands about the account's money: charges that reach it late, refunds to buyers, payouts to the shop's bank. */

import { currency, flag, integer, oneOf, required, text } from '../http/params';
import { enterInBalance } from '../objects/charges';
import { createPayout, finishPayout, reconcilePayout } from '../objects/payouts';
import { askForBankDetails, createRefund, finishRefund, refundShape } from '../objects/refunds';
import type { World } from '../world';
import type { Commands } from './commands';

export function addMoneyCommands(world: World, commands: Commands): void {
  commands.add(
    '/refunds',
    { ...refundShape, status: oneOf('pending', 'requires_action', 'succeeded') },
    ({ status, ...params }) => createRefund(world, params, status),
  );
  commands.add('/refunds/:id/succeed', {}, (_, id) => finishRefund(world, id, 'succeeded'));
  commands.add('/refunds/:id/fail', { reason: text() }, ({ reason }, id) => finishRefund(world, id, 'failed', reason));
  commands.add('/refunds/:id/ask-for-bank', {}, (_, id) => askForBankDetails(world, id));
  commands.add('/refunds/:id/cancel', {}, (_, id) => finishRefund(world, id, 'canceled'));

  commands.add('/charges/:id/enter-balance', {}, (_, id) => enterInBalance(world, id));
  commands.add(
    '/payouts',
    { currency: required(currency), amount: integer(), automatic: flag, keepBack: integer({ min: 0 }) },
    (params) => createPayout(world, params),
  );
  commands.add('/payouts/:id/pay', {}, (_, id) => finishPayout(world, id, 'paid'));
  commands.add('/payouts/:id/fail', { code: text() }, ({ code }, id) => finishPayout(world, id, 'failed', code));
  commands.add('/payouts/:id/cancel', {}, (_, id) => finishPayout(world, id, 'canceled'));
  commands.add('/payouts/:id/reconcile', {}, (_, id) => reconcilePayout(world, id));
}
