import { withTerms } from '../../activities/order/facts';
import type { SessionId } from '../../domain/ids';
import type { OrderReport } from '../../messages/order';
import { readSnapshot } from '../../store/orders/snapshot';
import { reportOf } from '../../workflows/order/report';
import { atRest } from './at-rest';
import type { World } from './world';

/** What the details of an order say that the database knows too. */
export type Shown = Omit<OrderReport, 'waitingFor' | 'happened' | 'actions' | 'needsAttention' | 'mails'> & {
  mails: string[];
};

/** What the order's workflow shows once it only waits, and what a run that read the order now would show. */
export async function shownAndTrue(world: World, id: SessionId): Promise<{ shown: Shown; isTrue: Shown }> {
  await atRest(world, id);
  const shown = await world.handle(id).query<OrderReport>('order');
  const order = withTerms(world.deps(), await readSnapshot(world.db, id));
  const read = { order, waitingFor: '', parked: [], payment: null, happened: [], mails: [] };
  return { shown: withoutRun(shown), isTrue: withoutRun(reportOf(read)) };
}

/** What staff read of a run in the Temporal UI. */
export async function currentDetails(world: World, id: string): Promise<string> {
  const run = world.handle(id as SessionId);
  return (await run.query<{ currentDetails: string }>('__temporal_workflow_metadata')).currentDetails;
}

function withoutRun({ waitingFor, happened, actions, needsAttention, mails, ...shown }: OrderReport): Shown {
  return { ...shown, mails: mails.map(({ template, state }) => `${template}: ${state}`).sort() };
}
