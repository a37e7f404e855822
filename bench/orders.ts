import { cpuOf } from './cpu';
import type { Figure } from './figures';
import { FLOOR_QUEUE } from './floor/queue';
import { noop } from './floor/workflows';
import { inFlight } from './load';
import { buy, putOnSale } from './shopper';
import type { System } from './system';

export interface Effort {
  rounds: number;
  /** Orders, and no-ops, a round. */
  orders: number;
  atOnce: number;
}

/**
 * Whole orders of a download a second through HTTP, and the processor time of one, each beside no-op workflows on the
 * same server. The two take turns, so that whatever else the machine does meets both.
 */
export async function orders(system: System, { rounds, orders, atOnce }: Effort): Promise<Figure[]> {
  const sku = 'bench-orders';
  await putOnSale(system, [sku]);
  const { api, bareApi } = system;
  await inFlight(atOnce * 2, 4, () => buy(system, sku, api)); // a cold program refuses what it cannot do in time
  await inFlight(atOnce * 2, 4, () => buy(system, sku, bareApi));
  await inFlight(atOnce * 2, atOnce, (index) => runNoop(system, `warm-${index}`));
  const ratios: number[] = [];
  const bareRatios: number[] = [];
  const cpuRatios: number[] = [];
  const witness = { perSecond: [] as number[], cpu: [] as number[] };
  const perSecond: number[] = [];
  const cpu = { api: [] as number[], worker: [] as number[], postgres: [] as number[], temporal: [] as number[] };
  for (let round = 0; round < rounds; round++) {
    const bought = await counted(system, () => inFlight(orders, atOnce, () => buy(system, sku, api)));
    const bare = await counted(system, () => inFlight(orders, atOnce, () => buy(system, sku, bareApi)));
    const floor = await counted(system, () =>
      inFlight(orders, atOnce, (index) => runNoop(system, `${round}-${index}`)),
    );
    perSecond.push(bought.perSecond);
    ratios.push(bought.perSecond / floor.perSecond);
    bareRatios.push(bought.perSecond / bare.perSecond);
    const each = (ms: number) => ms / orders;
    const noopCpu = floor.cpu.self + floor.cpu.floor;
    cpuRatios.push((bought.cpu.api + bought.cpu.worker) / noopCpu);
    witness.perSecond.push(bare.perSecond / floor.perSecond);
    witness.cpu.push((bare.cpu.bareApi + bare.cpu.floor) / noopCpu);
    for (const name of ['api', 'worker', 'postgres', 'temporal'] as const) cpu[name].push(each(bought.cpu[name]));
  }
  const bench = 'orders';
  return [
    {
      bench,
      what: 'whole orders a second',
      beside: 'no-op workflows a second',
      reach: { least: 0.45 },
      values: ratios,
    },
    { bench, what: 'whole orders a second', beside: 'the bare shape', reach: { least: 0.8 }, values: bareRatios },
    {
      bench,
      what: 'CPU of API and worker an order',
      beside: 'CPU of client and worker a no-op',
      reach: { most: 3 },
      values: cpuRatios,
    },
    {
      bench,
      what: 'whole orders a second of the bare shape',
      beside: 'no-op workflows a second',
      reach: null,
      values: witness.perSecond,
    },
    {
      bench,
      what: 'CPU of API and worker an order of the bare shape',
      beside: 'CPU of client and worker a no-op',
      reach: null,
      values: witness.cpu,
    },
    { bench, what: 'whole orders a second', beside: '–', reach: null, values: perSecond },
    ...Object.entries(cpu).map(([name, values]) => ({
      bench,
      what: `CPU of ${name} an order, ms`,
      beside: '–',
      reach: null,
      values,
    })),
  ];
}

let runs = 0;
export const runNoop = ({ client }: System, name: string): Promise<void> =>
  client.workflow.execute(noop, { taskQueue: FLOOR_QUEUE, workflowId: `noop-${++runs}-${name}`, args: [] });

/** The processor time that each part used while something was done, in milliseconds. */
async function counted<T>(system: System, act: () => Promise<T>): Promise<T & { cpu: Cpu }> {
  const before = usage(system);
  const result = await act();
  const after = usage(system);
  const cpu = Object.fromEntries(PARTS.map((part) => [part, after[part] - before[part]])) as Cpu;
  return { ...result, cpu };
}

const PARTS = ['api', 'worker', 'bareApi', 'floor', 'postgres', 'temporal', 'self'] as const;
type Cpu = Record<(typeof PARTS)[number], number>;

function usage({ api, worker, bareApi, floor, postgres, temporal }: System): Cpu {
  const { user, system } = process.cpuUsage();
  const of = (pid: number) => cpuOf(pid) ?? Number.NaN;
  return {
    api: of(api.pid),
    worker: of(worker.pid),
    bareApi: of(bareApi.pid),
    floor: of(floor.pid),
    postgres: of(postgres.process.pid),
    temporal: of(temporal.process.pid),
    self: (user + system) / 1000,
  };
}
