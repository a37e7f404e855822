import { randomUUID } from 'node:crypto';
import { WorkflowNotFoundError } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import { reconcileStart, WORKFLOWS } from '../../workflows/messages';
import type { Swept } from '../../workflows/reconcile';
import { World } from './world';

/** A world whose sweeps can be run. The time-skipping server lists nothing, so the list of closed runs is made of each order's own run. */
export async function startSweepingWorld(overrides: Record<string, string> = {}): Promise<World> {
  const world = await World.start(overrides);
  const deps = world.deps.bind(world);
  world.deps = () => {
    const own = deps();
    return { ...own, door: { ...own.door, closedOrders: (since) => closedOrders(world, since) } };
  };
  await world.stopWorkers();
  await world.startWorkers();
  return world;
}

async function* closedOrders(world: World, since: Date): AsyncIterable<SessionId> {
  const sessions = await world.db.checkout.findMany({ where: { sessionId: { not: null } } });
  for (const { sessionId } of sessions) {
    try {
      const { closeTime } = await world.handle(sessionId as SessionId).describe();
      if (closeTime && closeTime >= since) yield sessionId as SessionId;
    } catch (error) {
      if (!(error instanceof WorkflowNotFoundError)) throw error;
    }
  }
}

/** Runs one sweep to its end. */
export async function sweep(world: World, trigger: 'schedule' | 'staff' = 'schedule'): Promise<Swept & Found> {
  const id = randomUUID();
  world.know(`reconcile/${id}` as SessionId); // replayed at the end, as orders are
  const swept: Swept = await world.temporal.client.workflow.execute(
    WORKFLOWS.reconcile,
    reconcileStart({ id, trigger }),
  );
  await world.sleep(0);
  const { discrepancies } = await world.db.reconciliation.findUniqueOrThrow({ where: { id } });
  const repairs = await world.db.reconciliationRepair.findMany({ where: { reconciliationId: id, changed: true } });
  return {
    ...swept,
    actions: Object.fromEntries(repairs.map(({ sessionId, action }) => [sessionId, action])),
    found: discrepancies as Found['found'],
  };
}

interface Found {
  /** What it repaired, by session. */
  actions: Record<string, string>;
  found: { kind: string; reference: string; detail: string }[];
}
