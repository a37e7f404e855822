import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');
const ABOVE = ['domain', 'messages', 'platform', 'emails', 'workflows', 'activities', 'worker', 'api'];

/** The lines of our code that match, with their files. */
function linesThatMatch(pattern: RegExp, rooms: readonly string[] = ABOVE): string[] {
  const found: string[] = [];
  for (const room of rooms)
    for (const file of readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })) {
      if (!/\.(tsx?|sql)$/.test(file)) continue;
      const lines = readFileSync(join(ROOT, room, file), 'utf8').split('\n');
      found.push(...lines.filter((line) => pattern.test(line)).map((line) => `${room}/${file}: ${line.trim()}`));
    }
  return found;
}

test('rows become domain types at the edge of the store: nothing above it forces a type', () => {
  expect(linesThatMatch(/\bas unknown as\b/)).toEqual([]);
});

test('amounts leave the store as numbers: above it, only headers, cursors and settings are parsed', () => {
  const parsed = linesThatMatch(/(?<!\w)Number\(/).filter(
    (line) => !/retry-after|content-length|platform\/env/.test(line),
  );
  expect(parsed.map((line) => line.split(':')[0]).sort()).toEqual([
    'activities/reconcile/events.ts', // which list of events a cursor is in
    'api/http/cursor.ts', // the time in a page's cursor
    'api/storefront/downloads.ts', // a byte range
    'api/storefront/downloads.ts',
    'api/webhooks/verify.ts', // the time in a signature
    'domain/money.ts', // a decimal in a file
    'domain/money.ts', // a share of an amount, whose products exceed a number
    ...Array(3).fill('platform/task-queues.ts'), // Temporal's counts of tasks, and times
  ]);
});

test('a key is looked up whole: what a row means stands in its columns (docs/deciding/0033)', () => {
  const taken = linesThatMatch(/split_part|substring\(|regexp_|starts_with|\bI?LIKE '/, ['store', 'prisma/migrations']);
  expect(taken.map((line) => line.split(':')[0])).toEqual([
    'store/orders/attention.ts', // decisions of before they had columns
    // what all of the money took back with it: the version before says so by its key alone, and may run beside this one
    'prisma/migrations/20261201061830_units_taken_again/migration.sql',
  ]);
});
