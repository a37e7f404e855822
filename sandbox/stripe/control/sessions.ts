/** On tests' orders: what shoppers do at the payment page, and their banks after it. */

import { invalid } from '../http/errors';
import { authenticate, failDebit, settleDebit } from '../objects/bank';
import { GOOD_CARD } from '../objects/cards';
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
import type { World } from '../world';
import { attemptOf, payShape } from './pay';
import type { ControlRows } from './rows';

const DECLINED_CARD = '4000000000009995';
const AUTHENTICATED_CARD = '4000002500003155';
const WAIT_FOR_ANSWER = 10_000;

export function sessionOrders(world: World, { order, act }: ControlRows): void {
  const paying = (path: string, card: string) =>
    act(path, payShape, async (asked, id) => {
      const outcome = world.store.transaction(() =>
        pay(world, id, attemptOf(world, sessionNamed(world, id), { card, ...asked })),
      );
      if (asked.wait && outcome.outcome === 'complete')
        await world.deliveries.firstAnswer(outcome.event, WAIT_FOR_ANSWER);
      return shown(world, outcome);
    });

  order('/sessions', sessionShape, (params) => createSession(world, params));
  paying('/sessions/:id/pay', GOOD_CARD.number);
  paying('/sessions/:id/decline', DECLINED_CARD);
  paying('/sessions/:id/three-d-secure/start', AUTHENTICATED_CARD);
  order('/sessions/:id/three-d-secure/succeed', {}, (_, id) => shown(world, authenticate(world, id, true)));
  order('/sessions/:id/three-d-secure/fail', {}, (_, id) => shown(world, authenticate(world, id, false)));
  order('/sessions/:id/settle', {}, (_, id) => settleDebit(world, id));
  order('/sessions/:id/fail-delayed', {}, (_, id) => failDebit(world, id));
  order('/sessions/:id/expire', {}, (_, id) => expireSession(world, id));
  order('/sessions/:id/recover', {}, (_, id) => recovered(world, id));
}

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
