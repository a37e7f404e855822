import { phaseOf } from '../../domain/phase';
import type { ResolveRequest } from '../../messages/order';
import { refusal } from '../refusal';
import { resolveRefund } from '../resolve';
import { isToBeDone } from './carried-out';
import { decide } from './decide';
import type { OrderRun } from './run';

/**
 * Resolves what needs attention, as staff say: withdraws a failed or refused refund, counts it as settled elsewhere, or
 * accepts what was reported. @param by the key of their request @throws the refusal if that makes no sense now
 */
export async function resolve(run: OrderRun, { how, ...named }: ResolveRequest, by: string): Promise<void> {
  if (how === 'accept') return takeNote(run, by);
  const resolved = await run.untilDone('refund', () => resolveRefund(run.sessionId, { how, ...named }, by));
  if (resolved.outcome === 'refused') throw refusal(resolved.reason);
  await run.refresh(null); // the refund tells it
  // It goes on as it was: paid, and to be looked at again.
  if (phaseOf(run.order) === 'awaiting-payment') run.inbox.put('look');
}

async function takeNote(run: OrderRun, by: string): Promise<void> {
  if (await isToBeDone(run, 'accept', by)) await decide(run, { by, reported: true });
}
