import { readFileSync } from 'node:fs';
import { basename } from 'node:path';
import { parseArgs } from 'node:util';
import { STAFF } from '../../domain/actor';
import { isCurrency } from '../../domain/ids';
import { runScript } from '../../platform/script';
import { withSecrets } from '../../platform/secret-files';
import { servicesEnv } from '../../platform/services-env';
import { connectDatabase } from '../../store/database';
import { readFile } from './file';
import { importProducts, type LineReport } from './import';

const USAGE = 'npm run import -- products.csv [--dry-run] [--currency eur] [--actor name]';

/**
 * `npm run import` takes products and their stock from a CSV file (docs/moving-in.md). It prints what became of each
 * line, and exits with 1 if one was refused.
 */
async function main(): Promise<void> {
  const { values, positionals } = parseArgs({
    allowPositionals: true,
    options: { 'dry-run': { type: 'boolean' }, currency: { type: 'string' }, actor: { type: 'string' } },
  });
  const [path] = positionals;
  const { 'dry-run': dryRun = false, currency, actor = STAFF } = values;
  if (!path || positionals.length > 1) throw new Error(`Name one file: ${USAGE}`);
  if (currency !== undefined && !isCurrency(currency)) throw new Error('--currency must be a code such as eur.');
  if (!/^[\w.-]{1,40}$/.test(actor)) throw new Error('--actor must be 1 to 40 of A–Z a–z 0–9 . _ -');
  const { DATABASE_URL, PUBLIC_URL = '' } = withSecrets({ ...servicesEnv(), ...process.env });
  if (!DATABASE_URL) throw new Error('DATABASE_URL is not set: which database is it for?');
  const { lines, ignored } = readFile(readFileSync(path), currency);
  if (ignored.length > 0) console.log(`Ignored columns: ${ignored.join(', ')}\n`);
  const db = connectDatabase(DATABASE_URL, 2);
  try {
    const reason = `import of ${basename(path)}`.slice(0, 200);
    const reports = await importProducts(db, {
      ...{ lines, dryRun, actor, reason, at: new Date() },
      publicUrl: PUBLIC_URL.replace(/\/+$/, ''),
    });
    console.log(asText(reports, dryRun));
    if (reports.some(({ outcome }) => outcome === 'refused')) process.exitCode = 1;
  } finally {
    await db.$disconnect();
  }
}

function asText(reports: LineReport[], dryRun: boolean): string {
  const width = Math.max(0, ...reports.map(({ sku }) => sku.length));
  const lines = reports.map(({ line, sku, outcome, says }) =>
    `line ${String(line).padEnd(5)} ${outcome.padEnd(9)} ${sku.padEnd(width)}  ${says}`.trimEnd(),
  );
  const counts = (['created', 'changed', 'unchanged', 'refused', 'skipped'] as const)
    .map((outcome) => [reports.filter((one) => one.outcome === outcome).length, outcome] as const)
    .filter(([n]) => n > 0)
    .map(([n, outcome]) => `${n} ${outcome}`);
  const end = dryRun
    ? 'This was a dry run: nothing is changed.'
    : 'New prices are offered once npm run stripe:setup has made them at Stripe.';
  return `${lines.join('\n')}\n\n${reports.length} lines: ${counts.join(', ')}. ${end}`;
}

runScript(main);
