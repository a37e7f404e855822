import { cpus } from 'node:os';
import type { Program } from '../sandbox/program';
import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { inFlight } from './load';
import { type Effort, runNoop } from './orders';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

/** A number of APIs and of workers, and how many orders were done for each no-op of the same round. */
interface Shape {
  apis: number;
  workers: number;
  perNoop: number[];
  /** What part of the machine's processors was busy with an order's processes, PostgreSQL and Temporal. */
  busy: number[];
}

/**
 * Whole orders a second with one and two APIs, and with one and two workers, beside no-ops on the same server: whether
 * more processes help on one machine, and what the next wall is. Shoppers take the APIs in turns.
 */
export async function processes(system: System, { rounds, orders, atOnce }: Effort): Promise<Figure[]> {
  const secondApi = await system.another('second-api', 'api/main.ts', 'PORT');
  const apis = [system.api, secondApi];
  const workers = [system.worker];
  await putOnSale(system, [SKU]);
  for (const api of apis) await inFlight(atOnce * 2, 4, () => buy(system, SKU, api));
  await inFlight(atOnce * 2, atOnce, (index) => runNoop(system, `processes-warm-${index}`));

  const shapes: Shape[] = [];
  for (const count of [1, 2]) {
    if (count === 2) {
      workers.push(await system.another('second-worker', 'worker/main.ts', 'WORKER_PORT'));
      await inFlight(atOnce * 2, 4, () => buy(system, SKU, system.api));
    }
    const here = [1, 2].map((some): Shape => ({ apis: some, workers: count, perNoop: [], busy: [] }));
    for (let round = 0; round < rounds; round++)
      for (const shape of round % 2 === 0 ? here : [...here].reverse())
        await measure(system, shape, { apis: apis.slice(0, shape.apis), workers, orders, atOnce });
    shapes.push(...here);
  }
  const [alone] = shapes;
  return shapes.flatMap((shape) => figures(shape, alone as Shape));
}

const SKU = 'bench-processes';
const CORES = cpus().length;

async function measure(
  system: System,
  shape: Shape,
  { apis, workers, orders, atOnce }: { apis: Program[]; workers: Program[]; orders: number; atOnce: number },
): Promise<void> {
  const { postgres, temporal } = system;
  const pids = [...[...apis, ...workers].map(({ pid }) => pid), postgres.process.pid, temporal.process.pid];
  const used = () => pids.reduce((sum, pid) => sum + (cpuOf(pid) ?? Number.NaN), 0);
  const before = used();
  const began = performance.now();
  const { perSecond } = await inFlight(orders, atOnce, (index) =>
    buy(system, SKU, apis[index % apis.length] as Program),
  );
  shape.busy.push((used() - before) / (performance.now() - began) / CORES);
  const noops = await inFlight(orders, atOnce, (index) => runNoop(system, `processes-${index}`));
  shape.perNoop.push(perSecond / noops.perSecond);
}

function figures({ apis, workers, perNoop, busy }: Shape, alone: Shape): Figure[] {
  const bench = 'processes';
  const what = `${apis} ${apis === 1 ? 'API' : 'APIs'}, ${workers} ${workers === 1 ? 'worker' : 'workers'}`;
  const values = perNoop.map((ratio, round) => ratio / (alone.perNoop[round] ?? Number.NaN));
  return [
    { bench, what: `whole orders for each no-op: ${what}`, beside: '1 API, 1 worker', reach: null, values },
    { bench, what: `part of the cores busy with orders: ${what}`, beside: '–', reach: null, values: busy },
  ];
}
