/** Commands about Checkout Sessions: what shoppers do on the payment page, and what their banks do afterwards. */

import { invalid } from '../http/errors';
import { authenticate, failDelayed, settleDelayed } from '../objects/bank';
import { captureIntent } from '../objects/captures';
import { GOOD_CARD } from '../objects/cards';
import { intentNamed, lapse } from '../objects/payment-intents';
import { type Outcome, pay } from '../objects/payments';
import { createSession } from '../objects/session-create';
import { sessionShape } from '../objects/session-shape';
import {
  detailOf,
  expireSession,
  recoverSession,
  type Session,
  sessionNamed,
  successAddress,
} from '../objects/sessions';
import { idOf } from '../store/store';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import type { Commands } from './commands';
import { attemptOf, payShape } from './pay';

const DECLINED_CARD = '4000000000009995';
const AUTHENTICATED_CARD = '4000002500003155';
const WAIT_FOR_ANSWER = 10_000;

export function addSessionCommands(world: World, commands: Commands, deliveries: Deliveries): void {
  const paying = (path: string, card: string) =>
    commands.addWithoutTransaction(path, payShape, async (params, id) => {
      const outcome = world.store.transaction(() =>
        pay(world, id, attemptOf(world, sessionNamed(world, id), { card, ...params })),
      );
      if (params.wait && outcome.outcome === 'complete') await deliveries.firstAnswer(outcome.event, WAIT_FOR_ANSWER);
      return shown(world, outcome);
    });

  commands.add('/sessions', sessionShape, (params) => createSession(world, params));
  paying('/sessions/:id/pay', GOOD_CARD.number);
  paying('/sessions/:id/decline', DECLINED_CARD);
  paying('/sessions/:id/three-d-secure/start', AUTHENTICATED_CARD);
  commands.add('/sessions/:id/three-d-secure/succeed', {}, (_, id) => shown(world, authenticate(world, id, true)));
  commands.add('/sessions/:id/three-d-secure/fail', {}, (_, id) => shown(world, authenticate(world, id, false)));
  commands.add('/sessions/:id/settle', {}, (_, id) => settleDelayed(world, id));
  commands.add('/sessions/:id/fail-delayed', {}, (_, id) => failDelayed(world, id));
  commands.add('/sessions/:id/capture', {}, (_, id) => captureIntent(world, heldFor(world, id)));
  commands.add('/sessions/:id/cancel-capture', {}, (_, id) =>
    lapse(world, heldFor(world, id), 'requested_by_customer'),
  );
  commands.add('/sessions/:id/expire', {}, (_, id) => expireSession(world, id));
  commands.add('/sessions/:id/forget', {}, (_, id) => forgotten(world, id));
  commands.add('/sessions/:id/recover', {}, (_, id) => recovered(world, id));
}

/** From now on the API knows the session no more, as when test data was deleted or the key is of another account. */
function forgotten({ store }: World, id: string): { id: string; forgotten: true } {
  store.sessions.delete(id);
  return { id, forgotten: true };
}

/** The PaymentIntent of a session. */
const heldFor = (world: World, id: string) => intentNamed(world, idOf(sessionNamed(world, id).payment_intent) ?? '');

function shown({ publicUrl }: World, outcome: Outcome) {
  const next =
    outcome.outcome === 'complete'
      ? { redirect: successAddress(outcome.session) }
      : outcome.outcome === 'authenticate'
        ? { redirect: `${publicUrl}/pay/${outcome.session.id}/authenticate` }
        : { message: outcome.message };
  return { outcome: outcome.outcome, session: outcome.session, ...next };
}

function recovered(world: World, id: string): Session {
  sessionNamed(world, id);
  const copy = recoverSession(world, detailOf(world, id).recovery?.token ?? '');
  if (copy === null) throw invalid('This session has no recovery address that is still good.');
  return copy;
}
