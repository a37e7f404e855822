import { mkdirSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { buckets } from './buckets';
import { checkouts } from './checkouts';
import { type Figure, summarise, table } from './figures';
import { flash } from './flash';
import { latency } from './latency';
import { openOrders } from './open';
import { orders } from './orders';
import { overload } from './overload';
import { ledger } from './past/ledger';
import { past } from './past/past';
import { peers } from './peers';
import { processes } from './processes';
import { starts } from './starts';
import { stock } from './stock';
import { storage } from './storage';
import { type System, startSystem } from './system';
import { tracing } from './tracing';
import { webhooks } from './webhooks';

const RESULTS = join(__dirname, 'results', 'latest.json');

const BENCHES: Record<string, (system: System, effort: Effort) => Promise<Figure[]>> = {
  orders: (system, { rounds, size, atOnce }) => orders(system, { rounds, orders: size, atOnce }),
  peers: (system, { rounds, size, atOnce }) => peers(system, { rounds, orders: size, atOnce }),
  processes: (system, { rounds, size, atOnce }) => processes(system, { rounds, orders: size, atOnce }),
  checkouts,
  webhooks,
  storage,
  latency: (system, { rounds, size }) => latency(system, { rounds, orders: Math.ceil(size / 5) }),
  stock: (system, { rounds, size }) => stock(system, { rounds, size: size * 20 }),
  flash,
  overload,
  tracing: (system, { rounds, size, atOnce }) => tracing(system, { rounds, orders: size, atOnce }),
};

/** Those that start what they need by themselves, each after the other. */
const ALONE: Record<string, (effort: Effort) => Promise<Figure[]>> = {
  buckets,
  open: openOrders,
  past,
  ledger,
  starts,
};

interface Effort {
  rounds: number;
  size: number;
  /** Orders in flight at a time, in `orders`. */
  atOnce: number;
  /** Who want one of the few units, in `flash`. */
  shoppers: number;
  /** How long more shoppers come than can be served, in `overload`. */
  seconds: number;
  /** Open orders, in `open`. */
  open: number;
  /** Orders of the past, in `past` and `ledger`. */
  past: number;
  /** Differences among them, in `ledger`. */
  differences: number;
}

/** `npm run bench [-- <names> --rounds 5 --size 100]`: prints one table, and writes it as JSON. */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: {
      rounds: { type: 'string', default: '5' },
      size: { type: 'string', default: '100' },
      'at-once': { type: 'string', default: '20' },
      shoppers: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '20' },
      open: { type: 'string', default: '300' },
      past: { type: 'string', default: '20000' },
      differences: { type: 'string', default: '400' },
      results: { type: 'string', default: RESULTS },
    },
  });
  const all = [...Object.keys(BENCHES), ...Object.keys(ALONE)];
  const names = positionals.length > 0 ? positionals : all;
  const unknown = names.filter((name) => !all.includes(name));
  if (unknown.length > 0) throw new Error(`no bench ${unknown.join(', ')}: there are ${all.join(', ')}`);
  const effort = {
    rounds: Number(values.rounds),
    size: Number(values.size),
    atOnce: Number(values['at-once']),
    shoppers: Number(values.shoppers),
    seconds: Number(values.seconds),
    open: Number(values.open),
    past: Number(values.past),
    differences: Number(values.differences),
  };
  const figures = await besideSystem(
    names.filter((name) => name in BENCHES),
    effort,
  );
  for (const name of names) figures.push(...((await ALONE[name]?.(effort)) ?? []));
  const summaries = figures.map(summarise);
  console.log(table(summaries));
  mkdirSync(dirname(values.results), { recursive: true });
  writeFileSync(
    values.results,
    `${JSON.stringify({ node: process.version, cores: cpus().length, effort, figures: summaries }, null, 2)}\n`,
  );
}

/** Runs benchmarks that share one system. */
async function besideSystem(names: string[], effort: Effort): Promise<Figure[]> {
  if (names.length === 0) return [];
  const system = await startSystem();
  try {
    const figures: Figure[] = [];
    for (const name of names) figures.push(...((await BENCHES[name]?.(system, effort)) ?? []));
    const unexpected = [...new Set(system.world.unexpected)];
    if (unexpected.length > 0)
      console.log(`Requests that the stand-in for Stripe did not know: ${unexpected.join(', ')}\n`);
    return figures;
  } finally {
    await system.stop();
  }
}

void main().catch((error) => {
  console.error(error instanceof Error ? error.message : error);
  process.exitCode = 1;
});
