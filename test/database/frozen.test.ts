import { readMigrations } from '../../prisma/migrations';
import released from '../../prisma/migrations/released.json';

/**
 * Databases in production have applied the migrations as they are, so a changed file would never reach them. `npm run
 * db:freeze` lists a new migration; `null` there says that it is still being written.
 */
const checksums: Record<string, string | null> = released;
const migrations = readMigrations();

test('every migration is listed in released.json, and no other', () => {
  expect(Object.keys(checksums)).toEqual(migrations.map(({ name }) => name));
});

test.each(migrations.map(({ name, sha256 }) => [name, sha256]))(
  '%s is frozen: a change is a new migration',
  (name, sha256) => {
    if (checksums[name] !== null) expect(sha256).toBe(checksums[name]);
  },
);

test('no migration is frozen after one that is still being written', () => {
  const states = Object.values(checksums).map((checksum) => checksum !== null);
  expect(states.lastIndexOf(true)).toBe(states.filter(Boolean).length - 1);
});
