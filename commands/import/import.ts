import { findProduct } from '../../store/catalogue/products';
import { type ProductToSave, saveProduct } from '../../store/catalogue/save';
import type { Db } from '../../store/database';
import { rehearsal } from '../../store/rehearsal';
import { type Adjusted, countStock, isCounted, readShelf } from '../../store/stock/shelves';
import type { FileLine } from './file';
import { type Given, readGiven } from './given';
import { merge, refusalOf } from './product';

export interface ImportOptions {
  lines: FileLine[];
  /** Says what would happen, and changes nothing. */
  dryRun: boolean;
  /** Who and why, for the ledger of stock. */
  actor: string;
  reason: string;
  publicUrl: string;
  at: Date;
}

export interface LineReport {
  line: number;
  sku: string;
  outcome: 'created' | 'changed' | 'unchanged' | 'refused' | 'skipped';
  /** What changed, or why nothing did. */
  says: string;
}

/**
 * Brings the catalogue and its stock to what a file says, line by line: a line that is refused changes nothing, and the
 * others go on. Safe to repeat: a count of stock is done once for each number, so that what was sold since is not put
 * back.
 */
export async function importProducts(db: Db, options: ImportOptions): Promise<LineReport[]> {
  const reports: LineReport[] = [];
  const seen = new Map<string, number>();
  for (const { line, cells, skip } of options.lines) {
    if (!cells) {
      reports.push({ line, sku: '', outcome: 'skipped', says: skip ?? '' });
      continue;
    }
    const { given, problems } = readGiven(cells);
    const earlier = seen.get(given.sku);
    if (earlier !== undefined) problems.push(`line ${earlier} has the same SKU`);
    seen.set(given.sku, earlier ?? line);
    reports.push({ line, sku: given.sku, ...(await importLine(db, given, problems, options)) });
  }
  return reports;
}

type Outcome = Pick<LineReport, 'outcome' | 'says'>;

async function importLine(db: Db, given: Given, unread: string[], options: ImportOptions): Promise<Outcome> {
  if (unread.length > 0) return refused(unread.join('; '));
  const existing = await findProduct(db, given);
  const { product, changes, meanwhile, problems } = merge(given, existing, options.publicUrl);
  if (problems.length > 0) return refused(problems.join('; '));
  const count =
    given.stock === undefined ? null : await planCount(db, given.sku, given.stock, existing?.kind === 'PHYSICAL');
  const { actor, reason, at } = options;
  const { sku } = given;
  const changed = changes.length > 0 || !existing ? product : null;
  const apply = (to: Db) => applyLine(to, { sku, product: changed, count, actor, reason, at });
  // All of a line or nothing, though the catalogue and the stock are two transactions.
  const refusal = await apply(rehearsal(db));
  if (refusal !== null) return refused(refusal);
  if (!options.dryRun) {
    const late = await apply(db);
    if (late !== null) return refused(late);
  }
  const moved = [...changes, ...(count?.says ? [count.says] : [])].join(', ');
  const says = [moved, ...meanwhile].filter((part) => part !== '').join('; ');
  if (!existing) return { outcome: 'created', says };
  if (changes.length > 0 || count?.moves) return { outcome: 'changed', says };
  return { outcome: count?.says ? 'skipped' : 'unchanged', says };
}

const refused = (says: string): Outcome => ({ outcome: 'refused', says });

interface Count {
  units: number;
  key: string;
  /** By an earlier import. */
  isDone: boolean;
  moves: boolean;
  says: string;
}

/** What a count would do. The same number is counted once: after that, stock moves by sales and by staff. */
async function planCount(db: Db, sku: string, units: number, exists: boolean): Promise<Count> {
  const key = `import/${units}`;
  const onHand = exists ? (await readShelf(db, { sku, movements: 1 })).onHand : 0;
  const known = exists && (await isCounted(db, { sku, key }));
  if (known)
    return {
      units,
      key,
      isDone: true,
      moves: false,
      says: onHand === units ? '' : countedBefore(sku, units, onHand),
    };
  return {
    units,
    key,
    isDone: false,
    moves: onHand !== units,
    says: onHand === units ? '' : `stock ${onHand} → ${units}`,
  };
}

/** Nothing tells a file that is imported again from a new count with the same result. */
const countedBefore = (sku: string, units: number, onHand: number): string =>
  `stock stays ${onHand}, as ${units} was imported before: if it is a new count, send ${units - onHand} to ` +
  `POST /admin/products/${sku}/stock`;

/** Why it is refused; null when it is done. */
async function applyLine(db: Db, { sku, product, count, actor, reason, at }: Line): Promise<string | null> {
  const refusal = product && refusalOf(await saveProduct(db, { ...product, at }));
  if (refusal || count === null || count.isDone) return refusal;
  const { units, key } = count;
  return COUNT_REFUSED[await countStock(db, { sku, count: units, key, actor, reason, at })];
}

interface Line extends Pick<ImportOptions, 'actor' | 'reason' | 'at'> {
  sku: string;
  /** Null: it is in the catalogue as it should be. */
  product: ProductToSave | null;
  count: Count | null;
}

const COUNT_REFUSED: Record<Adjusted, string | null> = {
  adjusted: null,
  // By an import for another reason.
  'key-reused': null,
  'too-few': 'stock would be less than unpaid orders hold: count again when they are over',
  'too-many': 'stock is more than can be counted',
};
