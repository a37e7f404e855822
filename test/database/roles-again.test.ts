import { randomBytes } from 'node:crypto';
import { Client } from 'pg';
import { grantRoles, grantRolesAgain, PROGRAMS, type ProgramName } from '../../prisma/roles';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';

// What `db:migrate` does for the roles after its migrations.

const suffix = randomBytes(4).toString('hex');
const pair = (n: number) => ({
  api: { name: `api_${n}_${suffix}`, password: suffix },
  worker: { name: `worker_${n}_${suffix}`, password: suffix },
});
const [first, second, unused] = [pair(1), pair(2), pair(3)] as const;
const namesOf = (roles: Record<ProgramName, { name: string }>) => PROGRAMS.map((program) => roles[program].name);
const bothPairs = PROGRAMS.flatMap((program) => [first[program].name, second[program].name]);
const report = `report_${suffix}`;
const owner = { name: `owner_${suffix}`, password: suffix };

let database: TestDatabase;
beforeAll(async () => {
  database = await createTestDatabase();
  await grantRoles(database.url, first);
  await grantRoles(database.url, second);
});
afterAll(async () => {
  await database?.drop();
  await onServer(async (client) => {
    for (const name of [...namesOf(first), ...namesOf(second), report, owner.name])
      await client.query(`DROP ROLE IF EXISTS ${name}`);
  });
});

const asOwner = (sql: string) => query(database.url, sql);
async function query(url: string, sql: string) {
  const client = new Client({ connectionString: url });
  await client.connect();
  return client.query(sql).finally(() => client.end());
}
function urlOf({ name, password }: { name: string; password: string }): string {
  const url = new URL(database.url);
  [url.username, url.password] = [name, password];
  return url.href;
}

test('several at once wait for each other', async () => {
  const all = Array.from({ length: 12 }, (_, i) =>
    i % 2 ? grantRoles(database.url, first) : grantRolesAgain(database.url, first),
  );
  expect((await Promise.allSettled(all)).filter(({ status }) => status === 'rejected')).toEqual([]);
});

test('while two pairs of roles exist, both may use what a migration made, whichever the environment names', async () => {
  await asOwner(`CREATE ROLE ${report}; GRANT SELECT, INSERT ON ALL TABLES IN SCHEMA public TO ${report}`);
  await asOwner('CREATE TABLE made_later ()');
  for (const named of [first, second, unused])
    expect(await grantRolesAgain(database.url, named)).toEqual({ names: bothPairs, excess: [] });
  for (const role of [first.api, first.worker, second.api, second.worker])
    await query(urlOf(role), 'INSERT INTO made_later DEFAULT VALUES');
  // A role of something else keeps what it has, and is given nothing.
  const { rows } = await asOwner(`SELECT has_table_privilege('${report}', 'ledger_entries', 'INSERT') AS kept,
    has_table_privilege('${report}', 'made_later', 'SELECT') AS given`);
  expect(rows).toEqual([{ kept: true, given: false }]);
});

test('an owner of the tables who does not own the database migrates, and is told what somebody else must take away', async () => {
  await asOwner(`CREATE ROLE ${owner.name} LOGIN PASSWORD '${owner.password}'`);
  const { rows } = await asOwner(`SELECT relname FROM pg_class
    WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY relkind DESC`);
  for (const { relname } of rows) await asOwner(`ALTER TABLE "${relname}" OWNER TO ${owner.name}`);
  const base = new URL(database.url).pathname.slice(1);
  await asOwner(`GRANT TEMPORARY ON DATABASE ${base} TO PUBLIC`);
  await query(urlOf(owner), 'ALTER TABLE orders ADD COLUMN made_later int');
  await asOwner(`REVOKE ALL ON orders FROM ${first.api.name}; GRANT INSERT ON orders TO ${first.api.name}`);

  const { excess } = await grantRolesAgain(urlOf(owner), first);

  await query(urlOf(first.api), 'SELECT made_later FROM orders');
  const remedy = `REVOKE TEMPORARY ON DATABASE ${base} FROM PUBLIC`;
  const sentence = (names: string[]) =>
    `The roles ${names.join(', ')} may do more than db:roles can take away (temporary tables). ` +
    `To take it away, run as holdfast: ${remedy};`;
  expect(excess).toEqual([sentence(bothPairs)]);
  const names = { api: { name: first.api.name }, worker: { name: first.worker.name } };
  await expect(grantRoles(urlOf(owner), names)).rejects.toThrow(`${sentence(namesOf(first))}\nNothing was changed.`);
  await asOwner(remedy);
  await grantRoles(urlOf(owner), names);
});
