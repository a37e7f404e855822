/** Commands about disputes, reviews and early fraud warnings. */

import { emptyable, flag, integer, oneOf, required, text } from '../http/params';
import { closeDispute, openDispute, reinstateFunds, updateDispute, withdrawFunds } from '../objects/disputes';
import { closeReview, openReview, warnEarly } from '../objects/radar';
import type { World } from '../world';
import type { Commands } from './commands';

export function addRiskCommands(world: World, commands: Commands): void {
  const due_by = emptyable(integer({ min: 0 }));
  commands.add(
    '/charges/:id/dispute',
    { reason: text(), amount: integer({ min: 1 }), status: text(), due_by, withdraw: flag },
    (params, id) => openDispute(world, id, params),
  );
  commands.add('/disputes/:id/update', { status: text(), due_by }, (params, id) => updateDispute(world, id, params));
  commands.add('/disputes/:id/withdraw', {}, (_, id) => withdrawFunds(world, id));
  commands.add('/disputes/:id/reinstate', { amount: integer({ min: 1 }) }, ({ amount }, id) =>
    reinstateFunds(world, id, amount),
  );
  commands.add(
    '/disputes/:id/close',
    { status: required(oneOf('lost', 'prevented', 'warning_closed', 'won')) },
    ({ status }, id) => closeDispute(world, id, status),
  );
  commands.add('/charges/:id/review', { reason: oneOf('manual', 'rule') }, ({ reason }, id) =>
    openReview(world, id, reason),
  );
  commands.add('/reviews/:id/close', { reason: required(oneOf(...REASONS)) }, ({ reason }, id) =>
    closeReview(world, id, reason),
  );
  commands.add('/charges/:id/early-fraud-warning', { fraud_type: oneOf(...FRAUDS), actionable: flag }, (params, id) =>
    warnEarly(world, id, params),
  );
}

const REASONS = [
  'acknowledged',
  'approved',
  'canceled',
  'disputed',
  'payment_never_settled',
  'redacted',
  'refunded',
  'refunded_as_fraud',
] as const;

const FRAUDS = [
  'card_never_received',
  'fraudulent_card_application',
  'made_with_counterfeit_card',
  'made_with_lost_card',
  'made_with_stolen_card',
  'misc',
  'unauthorized_use_of_card',
] as const;
