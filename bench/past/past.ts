import { type Figure, medianOf } from '../figures';
import { timed } from '../load';
import { NEWEST } from './orders';
import { pagesOf } from './pages';
import { plansOf } from './plans';
import { LEDGER } from './probes/ledger';
import { type Probe, visitOf } from './probes/probe';
import { CHECKOUT, PAYMENT, SHOPPER } from './probes/shopper';
import { LISTS, SEARCHES, STAFF } from './probes/staff';
import { SWEEP } from './probes/sweep';
import { HOUSEKEEPING, METRICS } from './probes/upkeep';
import { openShops, type Shops } from './shops';
import { type Took, table } from './table';

/** What is timed, in this order: some steps work on what an earlier one has left. */
const GROUPS: Record<string, Probe[]> = {
  checkout: CHECKOUT,
  payment: PAYMENT,
  'shopper who comes back': SHOPPER,
  'list of orders': LISTS,
  'search for orders': SEARCHES,
  staff: STAFF,
  sweep: SWEEP,
  ledger: LEDGER,
  'metrics and timers': METRICS,
  housekeeping: HOUSEKEEPING,
};
const PROBES = Object.values(GROUPS).flat();
const MOST = 1.1;
/** Visits that are not timed. */
const WARM = 5;

/**
 * The statements of the product in a shop with a long past, beside a shop with 1,000 orders: their time, and whether
 * they read a table that grows from end to end. The last day is the same in both.
 */
export async function past({ rounds, size, past }: { rounds: number; size: number; past: number }): Promise<Figure[]> {
  const shops = await openShops(past);
  try {
    for (let turn = 0; turn < WARM; turn++) await visit(shops, turn);
    const took = new Map<Probe, Took>(PROBES.map((probe) => [probe, { few: [], many: [] }]));
    for (let round = 0; round < rounds; round++) {
      const visits: Times[] = [];
      for (let turn = 0; turn < size; turn++) visits.push(await visit(shops, WARM + round * size + turn));
      for (const [probe, { few, many }] of took) {
        few.push(medianOf(visits.map((times) => times.get(probe)?.few ?? Number.NaN)));
        many.push(medianOf(visits.map((times) => times.get(probe)?.many ?? Number.NaN)));
      }
    }
    const last = WARM + rounds * size;
    const pages = { few: await pagesOf(shops.few, PROBES, last), many: await pagesOf(shops.many, PROBES, last) };
    const plans = await plansOf(shops, PROBES, last + 1);
    console.log(`${table(GROUPS, took, pages, plans)}\n`);
    const beside = `the same after ${NEWEST}`;
    const ratios = [...took.values()].map(({ few, many }) => medianOf(many.map((ms, round) => ms / (few[round] ?? 0))));
    const scans = [...plans.values()].filter(({ scanned }) => scanned.length > 0).length;
    return [
      ...Object.entries(GROUPS).map(([group, probes]) => ({
        ...{ bench: 'past', what: `${group}: ${probes.length} steps after ${past} orders`, beside },
        ...{ reach: { most: MOST }, values: groupRatios(probes.map((probe) => took.get(probe) as Took)) },
      })),
      { bench: 'past', what: 'each step', beside, reach: null, values: ratios },
      { bench: 'past', what: 'steps that scan a table which grows', beside: '–', reach: { most: 0 }, values: [scans] },
    ];
  } finally {
    await shops.stop();
  }
}

/** Milliseconds of each probe. */
type Times = Map<Probe, { few: number; many: number }>;

/** Every probe once in each shop, one right after the other, so that whatever else the machine does meets both. */
async function visit({ few, many }: Shops, turn: number): Promise<Times> {
  const times: Times = new Map();
  const [inFew, inMany] = [visitOf(few, turn), visitOf(many, turn)];
  for (const probe of PROBES) {
    const run = {
      few: () => timed(() => probe.run(few.db, inFew)),
      many: () => timed(() => probe.run(many.db, inMany)),
    };
    const [first, second] = turn % 2 === 0 ? (['few', 'many'] as const) : (['many', 'few'] as const);
    const took = { [first]: await run[first](), [second]: await run[second]() };
    times.set(probe, took as { few: number; many: number });
  }
  return times;
}

/** Of each round: what the steps of a group take together. */
function groupRatios(group: Took[]): number[] {
  const rounds = group[0]?.few.length ?? 0;
  const sum = (shop: keyof Took, round: number) => group.reduce((ms, took) => ms + (took[shop][round] ?? 0), 0);
  return Array.from({ length: rounds }, (_, round) => sum('many', round) / sum('few', round));
}
