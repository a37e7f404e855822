import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { MIGRATIONS, readMigrations } from './migrations';

// `npm run db:freeze`: writes the checksum of each migration that has none yet into prisma/migrations/released.json.
// From then on test/database/frozen.test.ts fails when that file changes. A checksum is never overwritten.

const file = join(MIGRATIONS, 'released.json');
const released: Record<string, string | null> = JSON.parse(readFileSync(file, 'utf8'));
const all = readMigrations().map(({ name, sha256 }) => [name, released[name] ?? sha256]);
writeFileSync(file, `${JSON.stringify(Object.fromEntries(all), null, 2)}\n`);
