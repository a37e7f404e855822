import { migrate } from '../../prisma/migrate';
import { SESSION } from '../../store/database';
import { whyNotThroughPooler } from '../../store/pooler';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { type Pooler, startPooler } from './pooler';

let database: TestDatabase;
let pooler: Pooler | undefined;
beforeEach(async () => {
  database = await createTestDatabase();
});
afterEach(async () => {
  await pooler?.close();
  pooler = undefined;
  await database.drop();
});

test('a database itself is used', async () => {
  expect(await whyNotThroughPooler(database.url)).toBeNull();
});

test('a pooler in transaction mode is refused by name, also by the migrations', async () => {
  pooler = await startPooler(database.url, { keeps: SESSION });
  const refused = /^DATABASE_URL leads through a connection pooler in transaction mode/;
  expect(await whyNotThroughPooler(pooler.url)).toMatch(refused);
  await expect(migrate(pooler.url)).rejects.toThrow(refused);
});

test('a pooler that drops the settings of a connection is refused, and says which', async () => {
  pooler = await startPooler(database.url, {
    mode: 'session',
    keeps: { ...SESSION, options: '-c TimeZone=Asia/Tokyo' },
  });
  expect(await whyNotThroughPooler(pooler.url)).toMatch(/a connection pooler that drops TimeZone\. Set DATABASE_URL/);
});

test('a pooler in session mode is used if it keeps them', async () => {
  pooler = await startPooler(database.url, { mode: 'session', keeps: SESSION });
  expect(await whyNotThroughPooler(pooler.url)).toBeNull();
});

test('PgBouncer as it comes is refused with what it says', async () => {
  pooler = await startPooler(database.url, { refuses: true });
  expect(await whyNotThroughPooler(pooler.url)).toMatch(
    /refuses the settings .*\(unsupported startup parameter: statement_timeout\)/,
  );
});

test('of a database that is away nothing can be said', async () => {
  await expect(whyNotThroughPooler('postgresql://localhost:1/none')).rejects.toThrow(/ECONNREFUSED/);
});
