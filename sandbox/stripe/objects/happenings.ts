import type { Later } from '../store/records';
import type { World } from '../world';
import { closeDispute, isClosed, openDispute } from './disputes';
import { finishRefund } from './refunds';

/** What was put off, at its time: the buyer disputes, the bank decides that, settles a refund or refuses it. */
export function happen(world: World, { id, what }: Later): void {
  if (what === 'dispute' && world.store.disputes.by('charge', id).length === 0) openDispute(world, id, {});
  const dispute = world.store.disputes.get(id);
  if (dispute !== undefined && !isClosed(dispute)) {
    if (what === 'dispute_won') closeDispute(world, id, 'won');
    if (what === 'dispute_lost') closeDispute(world, id, 'lost');
  }
  const refund = world.store.refunds.get(id);
  if (what === 'refund_succeeds' && refund?.status === 'pending') finishRefund(world, id, 'succeeded');
  if (what === 'refund_fails' && refund?.status === 'succeeded') finishRefund(world, id, 'failed');
}
