import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from '../platform/ports';
import { startGuarded } from '../sandbox/guard';
import type { Program } from '../sandbox/program';
import type { Figure } from './figures';
import { checkout, completedEvent, deliver, putOnSale } from './shopper';
import { type System, startSystem } from './system';

const ROOT = join(__dirname, '..');
/** How long the orders of a dead worker wait for it: as in worker/workers.ts. */
const STICKY_S = 2;
/** Orders that a killed worker has in its cache. Few, so that resuming them is measured and not the load. */
const ORDERS = 4;
const LONGEST_START_MS = 150_000;

/**
 * Starts with everything cached: `npm start` until it says that it is ready, in a new folder and in one with data, and
 * the worker alone until it polls. Then how soon another worker resumes the orders of one that was killed.
 */
export async function starts({ rounds }: { rounds: number }): Promise<Figure[]> {
  await npmStarts(1); // fills the caches: Temporal's binary, the demo shop, the bundle of the workflows
  const { fresh, again } = await npmStarts(rounds);
  const system = await startSystem();
  try {
    const worker: number[] = [];
    for (let round = 0; round < rounds; round++) {
      await system.worker.terminate();
      worker.push((await system.worker.start()) / 1000);
    }
    const resumed = await resumedAfterKill(system, rounds);
    const start = { bench: 'starts', beside: '–' };
    return [
      { ...start, what: '`npm start` in a new folder until ready, s', reach: { most: 8 }, values: fresh },
      { ...start, what: '`npm start` in a folder with data until ready, s', reach: { most: 8 }, values: again },
      { ...start, what: 'worker alone until it polls, s', reach: { most: 3 }, values: worker },
      {
        ...start,
        what: 'worker killed → its orders paid and mailed, s',
        reach: { most: STICKY_S + 2 },
        values: resumed,
      },
    ];
  } finally {
    await system.stop();
  }
}

/** How many seconds `npm start` takes, and a second start in the same folder. */
async function npmStarts(rounds: number): Promise<{ fresh: number[]; again: number[] }> {
  const fresh: number[] = [];
  const again: number[] = [];
  for (let round = 0; round < rounds; round++) {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-bench-starts-'));
    try {
      fresh.push(await npmStart(folder, 'first'));
      again.push(await npmStart(folder, 'second'));
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }
  return { fresh, again };
}

async function npmStart(folder: string, name: string): Promise<number> {
  const { PATH = '', HOME = '' } = process.env;
  const log = join(folder, `${name}.log`);
  const ports = { PORT: String(await freePort()), WORKER_PORT: String(await freePort()) };
  const began = performance.now();
  const npm = await startGuarded('npm', ['start'], {
    ...{ log, cwd: ROOT, stopSignal: 'SIGINT' },
    env: { PATH, HOME, DATA_DIR: join(folder, 'data'), ...ports },
  });
  let ended = false;
  void npm.exited.then(() => {
    ended = true;
  });
  try {
    while (!/^Ready in /m.test(readFileSync(log, 'utf8'))) {
      if (ended || performance.now() > began + LONGEST_START_MS)
        throw new Error(`npm start was not ready:\n${readFileSync(log, 'utf8')}`);
      await pause(20);
    }
    const took = (performance.now() - began) / 1000;
    const { status } = await fetch(`http://127.0.0.1:${ports.PORT}/readyz`);
    if (status !== 200) throw new Error(`npm start says that it is ready, and its API answers ${status}`);
    return took;
  } finally {
    await npm.stop(30_000);
  }
}

/**
 * Opens orders while one worker runs, starts another, kills the first, and has the orders paid at once: the seconds
 * from the kill until the mails of the last one are handed over.
 */
async function resumedAfterKill(system: System, rounds: number): Promise<number[]> {
  const sku = 'bench-killed';
  await putOnSale(system, [sku]);
  const resumed: number[] = [];
  let [holder, other] = [system.worker, await system.another('worker-2', 'worker/main.ts', 'WORKER_PORT')];
  await other.terminate();
  for (let round = 0; round < rounds; round++) {
    const sessions = await Promise.all(Array.from({ length: ORDERS }, () => checkout(system.api, sku)));
    await other.start();
    resumed.push(
      await untilMailed(
        system,
        holder,
        sessions.map(({ sessionId }) => sessionId),
      ),
    );
    [holder, other] = [other, holder];
  }
  return resumed;
}

async function untilMailed({ world, api }: System, holder: Program, sessions: string[]): Promise<number> {
  const mailed = sessions.map((id) => world.mailed(world.numberOf(id)));
  const events = sessions.map((id) => completedEvent(world.pay(id)));
  await holder.kill9();
  const killed = performance.now();
  await Promise.all(events.map((event) => deliver(api.url, event)));
  await Promise.all(mailed);
  return (performance.now() - killed) / 1000;
}
