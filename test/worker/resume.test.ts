import { type Client, WorkflowNotFoundError } from '@temporalio/client';
import type { SessionId } from '../../domain/ids';
import type { OrderStatus } from '../../domain/order';
import type { Written } from '../../domain/sweep';
import { createWorkflowStarter } from '../../worker/workflow-starter';

const ID = 'cs_test_1' as SessionId;

/** What resuming an order does, in its order, where Temporal and the database say this. */
async function resumed({
  run,
  written,
  hold = async () => {},
  mustAnswer = false,
}: {
  run: { reached: OrderStatus; parcels?: number; isRunning?: boolean; isSilent?: boolean } | null;
  written: Partial<Written> | null;
  hold?: () => Promise<void>;
  mustAnswer?: boolean;
}): Promise<string[]> {
  const did: string[] = [];
  const handle = {
    async describe() {
      if (run === null) throw new WorkflowNotFoundError('none', ID, undefined);
      const status = { name: run.isRunning ? 'RUNNING' : 'COMPLETED' };
      return { runId: 'run-1', status, typedSearchAttributes: { get: () => run.reached } };
    },
    async query() {
      if (run?.isSilent) throw new Error('no worker');
      return { status: run?.reached, parcels: Array.from({ length: run?.parcels ?? 0 }) };
    },
    terminate: async () => did.push('ended'),
  };
  const workflow = {
    getHandle: () => handle,
    withDeadline: <T>(_: number, call: () => Promise<T>) => call(),
    signalWithStart: async () => did.push('started'),
  };
  const known = written && { status: 'PREPARING' as const, parcels: 0, isReplaced: false, ...written };
  const holdSent = async (runId: string, parcels: unknown[] | null) => {
    did.push(parcels === null ? `held, as ${runId} is silent` : `held for ${runId}`);
    await hold();
  };
  const starter = createWorkflowStarter({ workflow } as unknown as Pick<Client, 'workflow'>, async () => null);
  const database = { written: async () => known, holdSent, mustAnswer };
  const outcome = await starter.resume(ID, database).catch(() => 'failed' as const);
  return [...did, outcome];
}

const HELD = ['held for run-1', 'ended', 'started', 'started'];

describe('a sweep resumes an order', () => {
  test('whose goods had left: shipping is held before its run ends, so that no hold is lost half way', async () => {
    const run = { reached: 'SHIPPED', parcels: 1, isRunning: true } as const;
    expect(await resumed({ run, written: {} })).toEqual(HELD);
    expect(await resumed({ run, written: null })).toEqual(HELD);
    const hold = () => Promise.reject(new Error('the database is away'));
    expect(await resumed({ run, written: {}, hold })).toEqual(['held for run-1', 'failed']);
  });

  test('of which one of two parcels is known: shipping is held', async () => {
    const run = { reached: 'COMPLETED', parcels: 2 } as const;
    expect(await resumed({ run, written: { parcels: 1 } })).toEqual(['held for run-1', 'started', 'started']);
  });

  test('of which a part had left, or one parcel more: shipping is held, though its status is the same', async () => {
    const run = { reached: 'PREPARING', isRunning: true } as const;
    expect(await resumed({ run: { ...run, parcels: 1 }, written: {} })).toEqual(HELD);
    expect(await resumed({ run: { ...run, parcels: 1 }, written: null })).toEqual(HELD);
    expect(await resumed({ run: { ...run, parcels: 2 }, written: { parcels: 1 } })).toEqual(HELD);
    expect(await resumed({ run: { ...run, parcels: 1 }, written: { parcels: 1 } })).toEqual(['running']);
    const refunded = { status: 'REFUNDED', parcels: 0 } as const;
    expect(await resumed({ run: { ...run, parcels: 1 }, written: refunded })).toEqual(['running']);
  });

  test('whose run does not answer: nothing is done where no database was restored', async () => {
    const run = { reached: 'PREPARING', isSilent: true } as const;
    expect(await resumed({ run: { ...run, isRunning: true }, written: {} })).toEqual(['silent']);
    expect(await resumed({ run: { ...run, isRunning: true }, written: null })).toEqual(['silent']);
    expect(await resumed({ run, written: {} })).toEqual(['started', 'started']); // it has failed, or was terminated
  });

  test('whose run does not answer after a restore: shipping is held, whether it runs or is over', async () => {
    const run = { reached: 'PREPARING', isSilent: true } as const;
    const held = 'held, as run-1 is silent';
    const mustAnswer = true;
    expect(await resumed({ run: { ...run, isRunning: true }, written: {}, mustAnswer })).toEqual([held, 'silent']);
    expect(await resumed({ run, written: {}, mustAnswer })).toEqual([held, 'started', 'started']);
    // What is listed of it shows by itself that the database is older.
    const left = { ...run, reached: 'SHIPPED', isRunning: true } as const;
    expect(await resumed({ run: left, written: {} })).toEqual([held, 'silent']);
    expect(await resumed({ run, written: { status: 'PAID' } })).toEqual([held, 'started', 'started']);
    expect(await resumed({ run, written: null })).toEqual([held, 'started', 'started']);
  });

  test('of which goods are to be sent again: it is ahead only if it knows a parcel more', async () => {
    const [parked, ended] = [
      { reached: 'SHIPPED', parcels: 1, isRunning: true },
      { reached: 'COMPLETED', parcels: 1 },
    ] as const;
    const written = { parcels: 1, isReplaced: true };
    expect(await resumed({ run: parked, written })).toEqual(['running']);
    expect(await resumed({ run: ended, written })).toEqual(['started', 'started']);
    expect(await resumed({ run: { ...parked, parcels: 2 }, written })).toEqual(HELD);
    expect(await resumed({ run: { ...ended, parcels: 2 }, written })).toEqual(['held for run-1', 'started', 'started']);
  });

  test('that Temporal does not know, or that is no further than written, without a hold', async () => {
    expect(await resumed({ run: null, written: {} })).toEqual(['started', 'started']);
    expect(await resumed({ run: { reached: 'PREPARING', isRunning: true }, written: {} })).toEqual(['running']);
    expect(await resumed({ run: { reached: 'PAID', isRunning: true }, written: { status: 'PENDING' } })).toEqual([
      'ended',
      'started',
      'started',
    ]);
  });
});
