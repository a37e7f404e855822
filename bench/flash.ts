import { cpus } from 'node:os';
import { setTimeout as pause } from 'node:timers/promises';
import { type Attempt, attempt, ordersOf, type Paid, payAndWait, settled, took, withExpiries } from './crowd';
import type { Figure } from './figures';
import { inFlight } from './load';
import { putOnSale } from './shopper';
import { requireConserved } from './stock/conserved';
import type { System } from './system';

/**
 * 100 units for 5,000 shoppers. A tenth of the shoppers ask at the same moment; whoever is told yes or no makes room.
 */
const SHOPPERS_A_UNIT = 50;
const SHOPPERS_AT_ONCE = 0.1;
/** A sale that takes longer is not one. */
const LONGEST_MS = 300_000;
/** TigerFans sells 135 tickets a second with mock payments, on four cores. */
const TIGERFANS_PER_CORE = 135 / 4;

/**
 * A flash sale through HTTP: all shoppers want one of the few units. Who gets a checkout pays at once, who is told to
 * come again comes again, and who is told that it is sold out leaves.
 * @throws unless every unit is sold, everybody else was told so, and the stock adds up
 */
export async function flash(
  system: System,
  { rounds, shoppers }: { rounds: number; shoppers: number },
): Promise<Figure[]> {
  const sales: Sale[] = [];
  for (let round = 0; round < rounds; round++)
    sales.push(await withExpiries(system, () => sell(system, `bench-flash-${round}`, shoppers)));
  const bench = 'flash';
  const shown = (what: string, of: (sale: Sale) => number): Figure => ({
    ...{ bench, what, beside: '–', reach: null, values: sales.map(of) },
  });
  const besideTigerFans = (what: string, of: (sale: Sale) => number): Figure => ({
    ...{ bench, what: `${what} a second and core`, beside: 'TigerFans: 135 tickets a second on four cores' },
    reach: { least: 1 },
    values: sales.map((sale) => of(sale) / cpus().length / TIGERFANS_PER_CORE),
  });
  return [
    besideTigerFans('shoppers answered', ({ answered }) => answered),
    besideTigerFans('tickets sold', ({ sold }) => sold),
    shown('shoppers answered a second', ({ answered }) => answered),
    shown('tickets sold a second, until both mails', ({ sold }) => sold),
    shown('refused as sold out, p50, ms', ({ refused }) => took(refused, 0.5)),
    shown('refused as sold out, p99, ms', ({ refused }) => took(refused, 0.99)),
    shown('opened, p99, ms', ({ opened }) => took(opened, 0.99)),
    shown('slowest ticket, from payment to both mails, ms', ({ paid }) => took(paid, 1)),
    shown('refused as sold out', ({ refused }) => refused.length),
    shown('told to come again', ({ again }) => again.length),
    shown('sold to latecomers', ({ late }) => late),
    shown('sessions created at Stripe', ({ calls }) => calls.create),
    shown('calls to Stripe, all', ({ calls }) => calls.create + calls.expire + calls.read),
  ];
}

interface Sale {
  /** Shoppers a second that were told yes or no. */
  answered: number;
  /** Units a second that were paid and confirmed by mail. */
  sold: number;
  paid: Paid[];
  opened: Attempt[];
  refused: Attempt[];
  again: Attempt[];
  /** Units that were free again when all shoppers had gone, for their shopper was answered too late. */
  late: number;
  calls: System['world']['calls'];
}

async function sell(system: System, sku: string, shoppers: number): Promise<Sale> {
  const units = Math.ceil(shoppers / SHOPPERS_A_UNIT);
  await putOnSale(system, [sku], units);
  const before = { ...system.world.calls };
  const attempts: Attempt[] = [];
  const orders: Promise<Paid>[] = [];
  const began = performance.now();
  const shop = async (until: number): Promise<boolean> => {
    while (performance.now() < until) {
      const one = await attempt(system, sku);
      attempts.push(one);
      if (one.outcome === 'opened') {
        const order = payAndWait(system, one.sessionId);
        order.catch(() => {}); // awaited below
        orders.push(order);
      }
      if (one.outcome !== 'come-again') return one.outcome === 'opened';
      await pause(one.retryAfter * 1000);
    }
    throw new Error(`the sale is not over after ${LONGEST_MS / 1000} s`);
  };
  const { perSecond, answers } = await inFlight(shoppers, Math.ceil(shoppers * SHOPPERS_AT_ONCE), () =>
    shop(began + LONGEST_MS),
  );
  await Promise.all(orders);
  const soldPerSecond = (orders.length / (performance.now() - began)) * 1000;
  await settled(system, sku);
  const late = units - answers.filter(Boolean).length;
  for (let unit = 0; unit < late; unit++) await shop(performance.now() + LONGEST_MS);
  const paid = await Promise.all(orders);
  await requireSoldOut(system, sku, { units, sold: orders.length });
  const { calls } = system.world;
  const of = (outcome: Attempt['outcome']) => attempts.filter((one) => one.outcome === outcome);
  return {
    ...{ answered: perSecond, sold: soldPerSecond, late, paid },
    ...{ opened: of('opened'), refused: of('sold-out'), again: of('come-again') },
    calls: {
      create: calls.create - before.create,
      expire: calls.expire - before.expire,
      read: calls.read - before.read,
    },
  };
}

async function requireSoldOut(
  system: System,
  sku: string,
  { units, sold }: { units: number; sold: number },
): Promise<void> {
  if (sold !== units) throw new Error(`${sold} of ${units} units were sold`);
  await requireConserved(system.db, sku, { held: 0, sold: units });
  const { PREPARING = 0, CANCELLED = 0, EXPIRED = 0, ...others } = await ordersOf(system, sku);
  if (PREPARING !== units || Object.keys(others).length > 0)
    throw new Error(`orders after the sale: ${JSON.stringify({ PREPARING, CANCELLED, EXPIRED, ...others })}`);
}
