import { randomUUID } from 'node:crypto';
import { type Client, ServiceError, WorkflowNotFoundError } from '@temporalio/client';
import type { Deps, WorkflowStarter } from '../../activities/deps';
import { askRuns } from '../../activities/reconcile/restored';
import { sweepUnfinished } from '../../activities/reconcile/unfinished';
import type { SessionId } from '../../domain/ids';
import { windowOf } from '../../domain/sweep';
import type { Db } from '../../store/database';
import { requestSweep } from '../../store/reconciliation/sweeps';
import { createWorkflowRuns } from '../../worker/workflow-runs';
import { goods, later } from '../database/goods';
import { withDatabase } from '../support/database';
import { asInWorker } from '../workflow/sweeping';

/** When a sweep takes the database for a restored one, and what it then asks the runs of orders. */

let db: Db;
withDatabase(3, (opened) => {
  db = opened;
});
const { order, ship } = goods(() => db);

const asked: SessionId[] = [];
const warned: string[] = [];
/** The starter and Temporal's lists, which know all orders as running. */
function deps({ lastSweep = null as { id: string | null } | null, resume = told as WorkflowStarter['resume'] } = {}) {
  const runs = {
    lastSweep: async () => lastSweep,
    async *running() {
      for (const { sessionId, status } of await db.order.findMany()) yield { id: sessionId, reached: status };
    },
    countRunning: async () => db.order.count(),
    stuck: async () => [],
    needingAttention: async () => [],
  };
  const log = { warn: (_: unknown, what: string) => warned.push(what) };
  return { db, runs, log, clock: { now: () => later.getTime() }, starter: { resume } } as unknown as Deps;
}
const told: WorkflowStarter['resume'] = async (id, { mustAnswer }) => {
  if (mustAnswer) asked.push(id);
  return 'running';
};

/** Reads the pages of what is unfinished to their end, as the workflow does. Returns how many they were. */
async function swept(its: Deps, request: { restored?: true; staff?: boolean } = {}): Promise<number> {
  const { staff = false, ...said } = request;
  const marks = { last: later.getTime(), lastWide: later.getTime() };
  const window = windowOf(later.getTime(), marks, { intervalMs: 300_000, staff });
  const id = randomUUID();
  if (staff) await requestSweep(db, { id, at: later });
  asked.length = 0;
  let pages = 0;
  let cursor: string | null = null;
  do {
    ({ cursor } = await asInWorker(sweepUnfinished(its)).sweepUnfinished({ id, window, cursor, ...said }));
    pages++;
  } while (cursor !== null);
  return pages;
}

describe('the runs of orders are asked what they have sent', () => {
  let inPart: SessionId;
  beforeAll(async () => {
    inPart = (await order({ mug: 1 })).sessionId;
    await order({ mug: 3, lamp: 2 });
  });

  test('by no sweep while Temporal and the database know the same last sweep, whoever started it', async () => {
    const known = randomUUID();
    await requestSweep(db, { id: known, at: later });
    for (const lastSweep of [null, { id: known }])
      for (const staff of [false, true]) expect([await swept(deps({ lastSweep }), { staff }), asked]).toEqual([1, []]);
  });

  test('if Temporal knows a sweep that the database does not, until the database knows the last one again', async () => {
    expect([await swept(deps({ lastSweep: { id: randomUUID() } })), asked]).toEqual([2, [inPart]]);
    const next = randomUUID();
    await requestSweep(db, { id: next, at: later });
    expect([await swept(deps({ lastSweep: { id: next } })), asked]).toEqual([1, []]);
  });

  test('if staff say that it was restored, whatever Temporal knows', async () => {
    expect([await swept(deps(), { restored: true }), asked]).toEqual([2, [inPart]]);
  });

  test('not if the last sweep cannot be read: that is a lost key, and the log says so', async () => {
    expect([await swept(deps({ lastSweep: { id: null } })), asked]).toEqual([1, []]);
    expect(warned).toEqual([expect.stringContaining('Cannot read which sweep was the last')]);
  });

  test('page by page: a page that is tried again goes on where it was', async () => {
    const others = [(await order({ mug: 1 })).sessionId, (await order({})).sessionId];
    asked.length = 0;
    const page = (cursor: string) =>
      asInWorker({ page: () => askRuns(deps(), { id: randomUUID(), cursor, limit: 2 }) }).page();
    const first = await page(`${later.toISOString()}/`);
    expect(first).toMatchObject({ checked: 2, cursor: expect.any(String) });
    for (let tries = 0; tries < 2; tries++) expect(await page(first.cursor ?? '')).toMatchObject({ checked: 1 });
    const [one, two, three, again] = asked;
    expect([one, two, three].sort()).toEqual([inPart, ...others].sort());
    expect(again).toBe(three);
  });
});

test('the last sweep at Temporal has no id if only the list still knows it; an outage is one', async () => {
  const lastSweep = (error: Error) => {
    async function* list() {
      yield { workflowId: 'reconcile-1', runId: 'run-1' };
    }
    const result = () => Promise.reject(error);
    const client = { workflow: { list, getHandle: () => ({ result }) } } as unknown as Client;
    return createWorkflowRuns(client).lastSweep();
  };
  const gone = new WorkflowNotFoundError('workflow not found', 'reconcile-1', 'run-1');
  expect(await lastSweep(gone)).toEqual({ id: null });
  await expect(lastSweep(new ServiceError('14 UNAVAILABLE'))).rejects.toThrow('UNAVAILABLE');
});

test('an order whose run does not say what it has sent is held once, and staff are told to compare', async () => {
  const { sessionId } = await order({});
  const silent: WorkflowStarter['resume'] = async (id, { holdSent }) => {
    if (id === sessionId) await holdSent('run-1', null);
    return 'silent';
  };
  const stands = () => db.order.findUniqueOrThrow({ where: { sessionId }, include: { timeline: true } });
  await swept(deps({ resume: silent }), { restored: true });
  const { shippingHold, timeline } = await stands();
  expect(shippingHold).toBe('other');
  const notes = timeline.filter(({ type }) => type === 'note');
  expect(notes).toMatchObject([
    { message: expect.stringContaining('did not say'), note: expect.stringContaining('Compare with the carrier') },
  ]);
  expect((await ship(sessionId)).outcome).toBe('refused');

  await db.order.update({
    where: { sessionId },
    data: { shippingHold: null, shippingHoldSince: null, shippingHoldBy: null },
  });
  await swept(deps({ resume: silent }), { restored: true });
  expect((await stands()).shippingHold).toBeNull(); // staff have compared
  expect(await db.sweepSkip.count()).toBe(0);
});
