import { randomUUID } from 'node:crypto';
import { type Figure, medianOf } from '../figures';
import { type Compared, compare } from './compare';
import { type Planted, plantDifferences } from './differences';
import { follow } from './follow';
import { onServer, openShops, type Shop } from './shops';

/** The ways in which the ledger and the orders differ here, without disputes and payouts, which are fewer. */
const WAYS = 8;
const HOUR = 3_600_000;
/** As in store/reconciliation/scope.ts. */
const PAGE = 500;

/**
 * Follows and compares the ledger of a whole past with its orders, of which thousands differ: everything at once, which
 * no sweep has to. It must find what was made to differ and nothing else, and its last pages must take as long as its
 * first.
 */
export async function ledger({ past, differences }: { past: number; differences: number }): Promise<Figure[]> {
  const shops = await openShops(past);
  const { few, many } = shops;
  try {
    const each = Math.ceil(differences / WAYS);
    const planted = await onServer(many.url, (client) => plantDifferences(client, each));
    if (planted.length < differences) throw new Error(`--differences: at most ${planted.length} after ${past} orders`);
    const day = await compareDay(few); // which warms up, too
    const id = randomUUID();
    const followed = await follow(many, id, planted, each);
    const whole = await compare(many.db, { id, since: new Date(0), until: many.now });
    await requireFound(many, id, planted);
    const again = await compareDay(many);
    if (again.open !== whole.open) throw new Error(`${whole.open} differences were open, and then ${again.open}`);
    await requireFound(many, id, planted);
    const entries = await many.db.ledgerEntry.count();
    const secondHalf = whole.mib.slice(Math.floor(whole.mib.length / 2));
    const all = { bench: 'ledger', beside: '–', reach: null };
    return [
      {
        ...{ bench: 'ledger', what: 'the last tenth of the pages of entries', beside: 'the first tenth' },
        ...{ reach: { most: 1.1 }, values: [lastBesideFirst(whole.pages.slice(0, Math.floor(entries / PAGE)))] },
      },
      {
        ...{ bench: 'ledger', what: 'memory in the last tenth of all pages', beside: 'the tenth after their middle' },
        ...{ reach: { most: 1.1 }, values: [lastBesideFirst(secondHalf, 5)] },
      },
      {
        ...all,
        what: `pages compared, of ${past} orders with ${planted.length} differences`,
        values: [whole.pages.length],
      },
      { ...all, what: 'seconds for these pages', values: [whole.pages.reduce((sum, ms) => sum + ms, 0) / 1000] },
      { ...all, what: 'ms a page', values: whole.pages },
      { ...all, what: 'calls to wake the orders that do not know of their money', values: [followed.calls] },
      { ...all, what: 'seconds for these calls', values: [followed.seconds] },
      { ...all, what: 'ms a page, where nothing differs', values: day.pages },
      { ...all, what: 'memory of the process, MiB', values: whole.mib },
    ];
  } finally {
    await shops.stop();
  }
}

/** The last day alone, as an ordinary wide sweep does, with what was left open before. */
const compareDay = ({ db, now }: Shop): Promise<Compared> =>
  compare(db, { id: randomUUID(), since: new Date(now.getTime() - 25 * HOUR), until: now });

/** The differences that a sweep found first are exactly these. */
async function requireFound({ db }: Shop, foundBy: string, planted: Planted[]): Promise<void> {
  const rows = await db.discrepancy.findMany({ where: { foundBy }, select: { kind: true, reference: true } });
  const [found, expected] = [rows, planted].map((list) => new Set(list.map((one) => `${one.kind} ${one.reference}`)));
  const missed = [...(expected ?? [])].filter((one) => !found?.has(one));
  const invented = [...(found ?? [])].filter((one) => !expected?.has(one));
  if (missed.length + invented.length > 0)
    throw new Error(
      `${planted.length} differences: ${missed.length} were missed (${missed[0]}), ${invented.length} were invented (${invented[0]})`,
    );
}

/** The median of the last part beside that of the first part, of so many parts. */
function lastBesideFirst(values: number[], parts = 10): number {
  const part = Math.max(1, Math.floor(values.length / parts));
  return medianOf(values.slice(-part)) / medianOf(values.slice(0, part));
}
