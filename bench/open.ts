import { readFileSync } from 'node:fs';
import { WORKFLOWS } from '../messages/names';
import type { Figure } from './figures';
import { medianOf } from './figures';
import { inFlight } from './load';
import { runNoop } from './orders';
import { buy, checkout, putOnSale } from './shopper';
import { type System, startSystem } from './system';

/** So many are open at first, for comparison. */
const FEW = 100;
/** Mebibytes that the worker may use. */
const MOST_MIB = 1024;

/**
 * Many open orders, each a workflow that waits for its payment and holds a unit of stock. The memory of the worker that
 * has opened them, and how long a whole order takes among them, beside the same with 100. The no-op that runs after
 * each order says how fast the machine was at that time.
 */
export async function openOrders({
  open,
  size,
  atOnce,
}: {
  open: number;
  size: number;
  atOnce: number;
}): Promise<Figure[]> {
  if (open <= FEW) throw new Error(`--open: more than ${FEW}`);
  const system = await startSystem();
  try {
    const [goods, song] = ['bench-open-goods', 'bench-open'];
    await putOnSale(system, [goods], open);
    await putOnSale(system, [song]);
    await inFlight(20, 4, () => buy(system, song, system.api));
    const openMore = (count: number) => inFlight(count, atOnce, () => checkout(system.api, goods));
    await openMore(FEW);
    const few = await measure(system, song, size);
    const { perSecond } = await openMore(open - FEW);
    const pid = system.worker.pid;
    const many = await measure(system, song, size);
    if (system.worker.pid !== pid) throw new Error('the worker was started again');
    await requireOpen(system, goods, open);
    const bench = 'open';
    const among = `${open} open orders`;
    return [
      {
        bench,
        what: `time an order among ${among}`,
        beside: `among ${FEW}`,
        reach: { most: 1.1 },
        values: ratios(many, few),
      },
      {
        bench,
        what: `memory of the worker with ${among}, MiB`,
        beside: '–',
        reach: { most: MOST_MIB },
        values: [many.mib],
      },
      { bench, what: `memory of the worker with ${FEW}, MiB`, beside: '–', reach: null, values: [few.mib] },
      { bench, what: 'orders opened a second', beside: '–', reach: null, values: [perSecond] },
    ];
  } finally {
    await system.stop();
  }
}

interface Among {
  /** Of each order, how long it took beside the no-op after it. */
  orders: number[];
  mib: number;
}

async function measure(system: System, sku: string, orders: number): Promise<Among> {
  const took: number[] = [];
  for (let index = 0; index < orders; index++) {
    const { checkoutMs, paidToMailedMs } = await buy(system, sku, system.api);
    const began = performance.now();
    await runNoop(system, 'open');
    took.push((checkoutMs + paidToMailedMs) / (performance.now() - began));
  }
  return { orders: took, mib: residentMib(system.worker.pid) };
}

/** One ratio for each fifth of the orders, of medians. */
function ratios(many: Among, few: Among): number[] {
  const parts = 5;
  const part = ({ orders }: Among, index: number) => medianOf(orders.filter((_, order) => order % parts === index));
  return Array.from({ length: parts }, (_, index) => part(many, index) / part(few, index));
}

/** The resident memory of a process (proc_pid_status(5)); NaN where the system does not say. */
function residentMib(pid: number): number {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]) / 1024;
  } catch {
    return Number.NaN;
  }
}

/** All are open, hold their stock, and have a run. */
async function requireOpen({ db, client }: System, sku: string, open: number): Promise<void> {
  const pending = await db.order.count({ where: { status: 'PENDING', stock: 'HELD' } });
  const { held } = await db.stockLevel.findUniqueOrThrow({ where: { sku } });
  const runs = async () =>
    (await client.workflow.count(`WorkflowType = '${WORKFLOWS.order}' AND ExecutionStatus = 'Running'`)).count;
  // Temporal's lists lag behind by a moment.
  for (let tries = 0; tries < 20 && (await runs()) !== open; tries++)
    await new Promise((resolve) => setTimeout(resolve, 500));
  const running = await runs();
  if (pending !== open || held !== open || running !== open)
    throw new Error(`${open} orders were opened: ${pending} are open, ${held} units are held, ${running} runs wait`);
}
