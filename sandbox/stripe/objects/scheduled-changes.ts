/** What a scheduled change does when its time comes, unless something else has settled the matter by then. */
import type { ScheduledChange } from '../store/records';
import { idOf } from '../store/store';
import type { World } from '../world';
import { failDelayed } from './bank';
import { cardOf } from './cards';
import { closeDispute, isClosed, openDispute } from './disputes';
import { lapse } from './payment-intents';
import { finishRefund } from './refunds';

export function applyChange(world: World, { id, what }: ScheduledChange): void {
  CHANGES[what](world, id);
}

const CHANGES: Record<ScheduledChange['what'], (world: World, id: string) => void> = {
  authorization_lapses(world, intent) {
    const held = world.store.paymentIntents.get(intent);
    if (held?.status === 'requires_capture') lapse(world, held, 'automatic');
  },
  voucher_expires(world, session) {
    const intent = world.store.paymentIntents.get(idOf(world.store.sessions.get(session)?.payment_intent) ?? '');
    if (intent?.status === 'requires_action') failDelayed(world, session);
  },
  dispute(world, charge) {
    if (world.store.disputes.by('charge', charge).length === 0)
      openDispute(world, charge, cardOfCharge(world, charge).disputed ?? {});
  },
  dispute_won: (world, dispute) => decideIfOpen(world, dispute, 'won'),
  dispute_lost: (world, dispute) => decideIfOpen(world, dispute, 'lost'),
  refund_succeeds: (world, refund) => finishIf(world, refund, 'pending', 'succeeded'),
  refund_fails: (world, refund) => finishIf(world, refund, 'succeeded', 'failed'),
};

function cardOfCharge({ store }: World, id: string) {
  const [session] = store.sessions.by('payment_intent', idOf(store.charges.get(id)?.payment_intent ?? null) ?? '');
  const payWith = store.sessionDetails.get(session?.id ?? '')?.buyer?.payWith;
  return cardOf(typeof payWith === 'object' ? payWith.card : '');
}

function decideIfOpen(world: World, id: string, outcome: 'lost' | 'won'): void {
  const dispute = world.store.disputes.get(id);
  if (dispute !== undefined && !isClosed(dispute)) closeDispute(world, id, outcome);
}

function finishIf(world: World, id: string, is: 'pending' | 'succeeded', outcome: 'failed' | 'succeeded'): void {
  if (world.store.refunds.get(id)?.status === is) finishRefund(world, id, outcome);
}
