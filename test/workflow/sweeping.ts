import { randomUUID } from 'node:crypto';
import { MockActivityEnvironment } from '@temporalio/testing';
import type { SessionId } from '../../domain/ids';
import { WORKFLOWS } from '../../messages/names';
import { reconcileStart } from '../../messages/reconcile';
import type { Tx } from '../../store/database';
import { over } from './at-rest';
import type { World } from './world';

/** Runs one sweep to its end, however it ends. */
export async function sweep(world: World, trigger: 'schedule' | 'staff' = 'schedule'): Promise<Found> {
  const id = randomUUID();
  const start = reconcileStart({ id, trigger });
  world.know(start.workflowId as SessionId); // replayed at the end, as orders are
  const run = await world.client.workflow.start(WORKFLOWS.reconcile, start);
  await over(world, start.workflowId);
  const ended = (await run.describe()).status.name;
  const { status, checked, discrepancies } = await world.db.reconciliation.findUniqueOrThrow({ where: { id } });
  expect(ended).toBe(status);
  const repairs = await world.db.reconciliationRepair.findMany({ where: { reconciliationId: id, changed: true } });
  return {
    id,
    status,
    checked,
    actions: Object.fromEntries(repairs.map(({ sessionId, action }) => [sessionId, action])),
    found: discrepancies as unknown as Found['found'],
  };
}

/** Activities that run as in a worker, which hears that they are at work. */
export const asInWorker = <T extends Record<string, (...args: never[]) => Promise<unknown>>>(activities: T): T =>
  Object.fromEntries(
    Object.entries(activities).map(([name, activity]) => [
      name,
      (...args: never[]) => new MockActivityEnvironment().run(activity, ...args),
    ]),
  ) as T;

interface Found {
  id: string;
  status: string;
  checked: number;
  /** What it repaired, by session. */
  actions: Record<string, string>;
  found: { kind: string; reference: string; detail: string }[];
}

/** Writes what a restored dump (or a hand in the database) would: no trigger and no law of the schema is asked. */
export const tamper = (world: World, write: (tx: Tx) => Promise<unknown>): Promise<unknown> =>
  world.db.$transaction(async (tx) => {
    await tx.$executeRaw`SET LOCAL session_replication_role = replica`;
    return write(tx);
  });

/** Forgets everything about an order, as a backup from before it does. */
export const forget = (world: World, id: SessionId): Promise<unknown> =>
  tamper(world, async (tx) => {
    for (const table of [
      'timeline',
      'mails',
      'download_grants',
      'shipments',
      'refunds',
      'holds',
      'customers',
      'order_items',
    ])
      await tx.$executeRawUnsafe(`DELETE FROM ${table} WHERE session_id = $1`, id);
    await tx.$executeRaw`DELETE FROM orders WHERE session_id = ${id}`;
  });

/** The marks stand in the database: a restored one knows that nothing since has been swept. */
export const markAt = (world: World, at: Date): Promise<unknown> =>
  tamper(world, async (tx) => {
    await tx.sweepMark.deleteMany();
    await tx.sweepMark.createMany({
      data: [
        { name: 'last', at },
        { name: 'last-wide', at },
      ],
    });
  });
