import type { RepairAction, SweepMarks, SweepWindow } from '../../domain/sweep';
import type { Reconciliation } from '../../prisma/generated/client';
import type { Db, Tx } from '../database';
import { discrepancyId } from './acceptance';
import { type ListedDiscrepancy, listForSweep } from './discrepancies';
import { moveMark, readMark } from './marks';
import { forgetSkips, readSkips, type Skip } from './skips';

/** How long scheduled sweeps are kept. Sweeps started by staff are kept for good. */
const REMEMBERED_MS = 30 * 86_400_000;

/** A sweep in the form that staff see. */
export interface Sweep {
  id: string;
  status: Reconciliation['status'];
  startedAt: Date;
  finishedAt: Date | null;
  /** How many Stripe objects, workflow runs and orders were compared with the database. */
  checked: number;
  /** Orders that differed and were corrected. */
  repaired: { sessionId: string; action: RepairAction }[];
  discrepancies: (ListedDiscrepancy & { id: string })[];
  /** What it had to skip, while the rest went on. */
  skipped: Skip[];
  /** Why it failed, as a sentence; null if it did not. */
  failure: string | null;
}

/** @param ref the sweep's UUID, or `latest` */
export async function readSweep(db: Db, ref: string): Promise<Sweep | null> {
  const row =
    ref === 'latest'
      ? await db.reconciliation.findFirst({ orderBy: { startedAt: 'desc' } })
      : await db.reconciliation.findUnique({ where: { id: ref } });
  if (row === null) return null;
  const { id, status, startedAt, finishedAt, checked, discrepancies, skipped, failure } = row;
  const repaired = await db.reconciliationRepair.findMany({
    where: { reconciliationId: id, changed: true },
    orderBy: { sessionId: 'asc' },
  });
  return {
    ...{ id, status, startedAt, finishedAt, checked, failure },
    repaired: repaired.map(({ sessionId, action }) => ({ sessionId, action: action as RepairAction })),
    discrepancies: (discrepancies as unknown as ListedDiscrepancy[]).map((one) => ({ id: discrepancyId(one), ...one })),
    skipped: skipped as unknown as Skip[],
  };
}

export const isKnownSweep = async (db: Db, id: string): Promise<boolean> =>
  (await db.reconciliation.count({ where: { id } })) > 0;

/** Records that staff have requested a sweep, before it begins. Safe to repeat. */
export async function requestSweep(db: Db, { id, at }: { id: string; at: Date }): Promise<void> {
  await db.reconciliation.createMany({
    data: [{ id, trigger: 'staff', status: 'RUNNING', startedAt: at }],
    skipDuplicates: true,
  });
}

/** How far back a sweep looks; null if it has not begun. */
export async function readWindow(db: Db, id: string): Promise<SweepWindow | null> {
  const row = await db.reconciliation.findUnique({ where: { id }, select: { window: true } });
  return (row?.window ?? null) as SweepWindow | null;
}

/** When the last successful sweep and the last successful wide sweep began. */
export async function readMarks(db: Db): Promise<SweepMarks> {
  const marks = new Map((await db.sweepMark.findMany()).map(({ name, at }) => [name, at.getTime()]));
  return { last: marks.get('last') ?? null, lastWide: marks.get('last-wide') ?? null };
}

/** Everything before this time was swept; null until a sweep has succeeded. */
export const sweptUntil = (db: Db): Promise<Date | null> => readMark(db, 'last');

/** When the last sweep ended that has ended, however it did; null if none has. */
export async function lastSweepEnd(db: Db): Promise<Date | null> {
  const row = await db.reconciliation.findFirst({
    where: { finishedAt: { not: null } },
    orderBy: { startedAt: 'desc' },
    select: { finishedAt: true },
  });
  return row?.finishedAt ?? null;
}

/** Marks a sweep as running, with its window. Safe to repeat. */
export async function startSweep(
  db: Db,
  { id, trigger, window, at }: { id: string; trigger: 'schedule' | 'staff'; window: SweepWindow; at: Date },
): Promise<void> {
  const begun = { window: { ...window } };
  await db.reconciliation.upsert({
    where: { id },
    create: { id, trigger, status: 'RUNNING', startedAt: at, ...begun },
    update: begun,
  });
}

/**
 * Marks sweeps as failed that began before a time and are still running: their workflows were terminated. The status is
 * a literal, because PostgreSQL does not use the partial index of running sweeps for a parameter.
 */
export async function failAbandonedSweeps(db: Db, { before, at }: { before: Date; at: Date }): Promise<void> {
  await db.$executeRaw`
    UPDATE reconciliations SET status = 'FAILED', finished_at = ${at}, failure = 'It was ended before it was done'
    WHERE status = 'RUNNING' AND started_at < ${before}`;
}

/** Records that a sweep has failed, also one that could not begin. The marks do not move. */
export async function failSweep(
  db: Db,
  {
    id,
    trigger,
    checked,
    reason,
    at,
  }: { id: string; trigger: 'schedule' | 'staff'; checked: number; reason: string; at: Date },
): Promise<void> {
  const failed = { status: 'FAILED' as const, finishedAt: at, checked, failure: reason };
  const begun = { id, trigger, status: 'RUNNING' as const, startedAt: at };
  await db.reconciliation.createMany({ data: [begun], skipDuplicates: true });
  await db.reconciliation.updateMany({ where: { id, status: 'RUNNING' }, data: failed });
}

/**
 * Records that a sweep has succeeded: stores what it found, moves the marks to its beginning, and deletes old scheduled
 * sweeps.
 * @returns how many orders were corrected, how much was skipped, and whether this call was the first to end the sweep
 */
export async function completeSweep(
  db: Db,
  { id, window, checked, at }: { id: string; window: SweepWindow; checked: number; at: Date },
): Promise<{ repaired: number; skipped: number; first: boolean }> {
  return db.$transaction(async (tx) => {
    const repaired = await tx.reconciliationRepair.count({ where: { reconciliationId: id, changed: true } });
    await forgetSkips(tx, { before: new Date(window.until) });
    const skipped = await readSkips(tx, MOST_LISTED);
    const { count } = await tx.reconciliation.updateMany({
      where: { id, status: 'RUNNING' },
      data: {
        status: 'COMPLETED',
        finishedAt: at,
        checked,
        skipped: skipped.map((one) => ({ ...one })),
        discrepancies: (await listForSweep(tx, id)).map((one) => ({ ...one })),
      },
    });
    if (count === 0) return { repaired, skipped: skipped.length, first: false };
    await moveMarks(tx, window);
    await tx.reconciliation.deleteMany({
      where: { trigger: 'schedule', startedAt: { lt: new Date(at.getTime() - REMEMBERED_MS) } },
    });
    return { repaired, skipped: skipped.length, first: true };
  });
}

async function moveMarks(tx: Tx, { wide, until }: SweepWindow): Promise<void> {
  for (const name of wide ? (['last', 'last-wide'] as const) : (['last'] as const))
    await moveMark(tx, { name, at: new Date(until) });
}

const MOST_LISTED = 500;
