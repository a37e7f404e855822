/** Commands about agents that sell for the shop, as through Stripe's Agentic Commerce Suite. */
import { flag, integer, type Read } from '../http/params';
import { agentCheckoutShape, createAgentCheckout } from '../objects/agent-checkouts';
import { GOOD_CARD } from '../objects/cards';
import { pay } from '../objects/payments';
import { sessionNamed } from '../objects/sessions';
import { askForApproval } from '../webhooks/approval-hook';
import type { World } from '../world';
import type { Commands } from './commands';
import { attemptOf, payShape } from './pay';

const completeShape = {
  ...payShape,
  /** Whether the account has the order approval hook. */
  hook: flag,
  /** How long its answer is waited for, in milliseconds; else as long as at Stripe. */
  patience: integer({ min: 1 }),
};

export function addAgentCommands(world: World, commands: Commands): void {
  commands.add('/agents/checkouts', agentCheckoutShape, (params) => createAgentCheckout(world, params));
  commands.addWithoutTransaction('/agents/checkouts/:id/complete', completeShape, (params, id) =>
    complete(world, id, params),
  );
  commands.addWithoutTransaction('/agents/buy', { ...agentCheckoutShape, ...completeShape }, (params) => {
    const { id } = world.store.transaction(() => createAgentCheckout(world, params));
    return complete(world, id, params);
  });
}

/** The agent completes its checkout: Stripe asks the shop, where it has the hook, and then takes the money. */
async function complete(world: World, id: string, params: Read<typeof completeShape>): Promise<object> {
  const { hook, patience, ...how } = params;
  if (hook) {
    const { approved, reason } = await askForApproval(world, id, patience);
    const message = `not approved: ${reason}`;
    if (!approved) return { outcome: 'not_approved', reason, message, session: sessionNamed(world, id) };
  }
  const { outcome, session } = world.store.transaction(() =>
    pay(world, id, attemptOf(world, sessionNamed(world, id), { card: GOOD_CARD.number, ...how })),
  );
  return { outcome, session };
}
