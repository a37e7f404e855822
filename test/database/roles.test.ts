import { execFile } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Client } from 'pg';
import { readSchemaState } from '../../prisma/migrate';
import { APPEND_ONLY, grantRoles, PROGRAMS, type ProgramName, RIGHTS } from '../../prisma/roles';
import { connectDatabase } from '../../store/database';
import { readFigures } from '../../store/figures/figures';
import { reachedFrom } from '../store/reach';
import { sources, tablesByModel, tablesWrittenByFunctions, tableWrites } from '../store/writes';
import { createTestDatabase, onServer, type TestDatabase } from '../support/database';
import { newFolder } from '../support/folder';

const run = promisify(execFile);

const models = tablesByModel();
const files = sources();
const functions = tablesWrittenByFunctions(models);

/** The text of the store that a program loads. */
const storeOf = (program: ProgramName): string[] =>
  [...reachedFrom(`${program}/main.ts`, files)]
    .filter((path) => path.startsWith('store/'))
    .map((path) => files.get(path) as string);

const DELETES = [/\.\s*(\w+)\s*\.\s*(?:delete|deleteMany)\s*\(/g, /\bDELETE\s+FROM\s+(?:ONLY\s+)?"?([a-z_]+)"?/g];
const deletedIn = (text: string): string[] =>
  DELETES.flatMap((form) => [...text.matchAll(form)].map(([, name = '']) => models.get(name) ?? name)).filter((name) =>
    [...models.values()].includes(name),
  );

test.each(PROGRAMS)('%s may delete what its code deletes, and write all that its code writes', (program) => {
  const texts = storeOf(program);
  expect(texts.length).toBeGreaterThan(50);
  expect(RIGHTS[program].deletes).toEqual([...new Set(texts.flatMap(deletedIn))].sort());
  const called = texts.flatMap((text) =>
    [...functions].flatMap(([name, tables]) => (new RegExp(`\\b${name}\\s*\\(`).test(text) ? [...tables] : [])),
  );
  const written = new Set([...texts.flatMap((text) => tableWrites(text, models)), ...called]);
  expect(RIGHTS[program].reads.filter((table) => written.has(table))).toEqual([]);
});

describe('in the database', () => {
  /** The owner of the tests' databases. */
  const OWNER = 'holdfast';
  const suffix = randomBytes(4).toString('hex');
  const roleOf = (program: ProgramName) => ({ name: `${program}_${suffix}`, password: suffix });
  const roles = { api: roleOf('api'), worker: roleOf('worker') };
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createTestDatabase();
    await grantRoles(database.url, roles);
    await grantRoles(database.url, roles);
  });
  afterAll(async () => {
    await database?.drop();
    await onServer(async (client) => {
      for (const { name } of Object.values(roles)) await client.query(`DROP ROLE IF EXISTS ${name}`);
    });
  });

  function urlOf({ name, password }: { name: string; password: string }): string {
    const url = new URL(database.url);
    [url.username, url.password] = [name, password];
    return url.href;
  }

  async function connected(url: string, use: (client: Client) => Promise<void>): Promise<void> {
    const client = new Client({ connectionString: url });
    await client.connect();
    try {
      await use(client);
    } finally {
      await client.end();
    }
  }
  const as = (program: ProgramName, use: (client: Client) => Promise<void>) => connected(urlOf(roles[program]), use);
  const asAdministrator = (use: (client: Client) => Promise<void>) => connected(database.url, use);

  const base = () => new URL(database.url).pathname.slice(1);

  const DENIED = '42501';
  const ofOwner = [
    ...APPEND_ONLY.flatMap((table) => [`DELETE FROM ${table}`, `UPDATE ${table} SET at = at`]),
    ...['DELETE FROM orders', 'DELETE FROM timeline', 'DELETE FROM stock_movements', 'TRUNCATE mails'],
    ...['ALTER TABLE orders ADD COLUMN x int', 'DROP TABLE orders', 'CREATE TABLE x ()', 'DROP FUNCTION guard_order'],
    ...['ALTER TABLE orders DISABLE TRIGGER orders_guarded', 'UPDATE order_transitions SET "from" = "from"'],
    ...['SET session_replication_role = replica', 'CREATE ROLE x'],
    // The laws are triggers that run as their caller, and what is temporary is found before what is in the schema.
    ...['CREATE TEMPORARY TABLE order_transitions ()', 'CREATE SCHEMA x', 'CREATE FUNCTION x() RETURNS int RETURN 1'],
    ...['DELETE FROM _prisma_migrations', 'UPDATE _prisma_migrations SET id = id'],
    "SELECT setval('order_number_seq', 1)",
  ];

  test.each(PROGRAMS)('%s cannot change the schema, the laws, or what was written once', (program) =>
    as(program, async (client) => {
      const answers = [];
      for (const sql of ofOwner) answers.push([sql, await client.query(sql).catch(({ code }) => code)]);
      expect(answers).toEqual(ofOwner.map((sql) => [sql, DENIED]));
      await client.query(`INSERT INTO timeline (session_id, at, type, message, actor, key)
        SELECT session_id, now(), 'note', '', '', '' FROM orders`);
    }),
  );

  test('rights that a role was given by hand are gone after the next `db:roles`', async () => {
    const { name } = roles.worker;
    await asAdministrator(async (client) => {
      await client.query(`GRANT DELETE ON orders TO ${name}; GRANT UPDATE (sku) ON stock_movements TO ${name}`);
      await client.query(
        `GRANT UPDATE ON SEQUENCE order_number_seq TO ${name}; GRANT CREATE ON SCHEMA public TO ${name}`,
      );
    });
    await grantRoles(database.url, roles);
    await as('worker', async (client) => {
      for (const sql of [...ofOwner, 'UPDATE stock_movements SET sku = sku'])
        await expect(client.query(sql)).rejects.toMatchObject({ code: DENIED });
    });
  });

  test('no function lends anybody the rights of its owner', () =>
    asAdministrator(async (client) => {
      const { rows } = await client.query(
        "SELECT proname FROM pg_proc WHERE pronamespace = 'public'::regnamespace AND prosecdef",
      );
      expect(rows).toEqual([]);
    }));

  test.each([
    ['is a superuser', (name: string) => `ALTER ROLE ${name} SUPERUSER`],
    ['creates roles', (name: string) => `ALTER ROLE ${name} CREATEROLE`],
    ['may be the owner', (name: string) => `GRANT ${OWNER} TO ${name}`],
    ['writes all data', (name: string) => `GRANT pg_write_all_data TO ${name}`],
    ['owns a table', (name: string) => `ALTER TABLE orders OWNER TO ${name}`],
    ['owns the schema', (name: string) => `ALTER SCHEMA public OWNER TO ${name}`],
    ['owns the database', (name: string) => `ALTER DATABASE ${base()} OWNER TO ${name}`],
  ])('a role that %s is refused, with the statement that takes it away', async (_, more) => {
    const { name } = roles.worker;
    await asAdministrator(async (client) => void (await client.query(more(name))));
    const { message } = await grantRoles(database.url, roles).catch((error) => error);
    expect(message).toMatch(new RegExp(`^The role ${name} may do more than .*\nNothing was changed.$`));
    await asAdministrator(async (client) => {
      for (const [, sql = ''] of message.matchAll(/ as [^:]+: ([^;]+);/g)) await client.query(sql);
    });
    await grantRoles(database.url, roles);
  });

  test('`npm run db:roles` takes names from the environment and passwords from files, and `db:migrate` repeats it', async () => {
    const [api, worker] = [`api_other_${suffix}`, `worker_other_${suffix}`];
    const folder = newFolder('roles');
    const files = {
      DATABASE_URL: database.url,
      API_DATABASE_PASSWORD: `${suffix}-a`,
      WORKER_DATABASE_PASSWORD: `${suffix}-w`,
    };
    const env = Object.entries(files).map(([variable, value]) => {
      writeFileSync(join(folder, variable), `${value}\n`);
      return [`${variable}_FILE`, join(folder, variable)];
    });
    const command = (script: string) =>
      run(process.execPath, ['--import', 'tsx', script], {
        cwd: join(__dirname, '..', '..'),
        env: {
          PATH: process.env.PATH,
          ...Object.fromEntries(env),
          ...{ API_DATABASE_ROLE: api, WORKER_DATABASE_ROLE: worker },
        },
      });
    try {
      await command('prisma/roles.ts');
      const programs = [
        { name: api, password: `${suffix}-a` },
        { name: worker, password: `${suffix}-w` },
      ];
      const all = (sql: string) =>
        Promise.all(programs.map((role) => connected(urlOf(role), async (client) => void (await client.query(sql)))));
      await all('SELECT 1 FROM orders');

      // A migration that makes a table, and `db:migrate` after it.
      await asAdministrator(async (client) => void (await client.query('CREATE TABLE made_later ()')));
      await expect(all('SELECT FROM made_later')).rejects.toMatchObject({ code: DENIED });
      await command('prisma/migrate.ts');
      await all('SELECT FROM made_later');
    } finally {
      await asAdministrator(async (client) => {
        for (const name of [api, worker])
          if ((await client.query('SELECT 1 FROM pg_roles WHERE rolname = $1', [name])).rowCount)
            await client.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
        await client.query('DROP TABLE IF EXISTS made_later');
      });
    }
  });

  test('neither writes what is the other’s alone', async () => {
    for (const program of PROGRAMS)
      await as(program, async (client) => {
        for (const table of RIGHTS[program].reads) {
          await expect(client.query(`INSERT INTO ${table} DEFAULT VALUES`)).rejects.toMatchObject({ code: DENIED });
          await client.query(`SELECT 1 FROM ${table} LIMIT 1`);
        }
      });
  });

  // What programs ask beyond the tables of their subjects: the worker for its metrics, both through `npm run doctor`.
  test.each(PROGRAMS)('%s reads the figures of the shop, and which migrations there are', async (program) => {
    const url = urlOf(roles[program]);
    const db = connectDatabase(url, 1);
    try {
      expect((await readFigures(db, { at: new Date() })).schema).toMatch(/^\d{14}_/);
    } finally {
      await db.$disconnect();
    }
    expect(await readSchemaState(url)).toEqual({ refusal: null, missing: [] });
  });

  test('an owner who may not create roles gives rights to those that somebody else has created', async () => {
    const owner = { name: `owner_${suffix}`, password: suffix };
    const given = { api: { name: `api_given_${suffix}` }, worker: { name: `worker_given_${suffix}` } };
    const passwords = { ...given, api: { ...given.api, password: suffix } };
    try {
      await asAdministrator(async (client) => {
        await client.query(`CREATE ROLE ${owner.name} LOGIN PASSWORD '${owner.password}'`);
        await client.query(`ALTER DATABASE ${base()} OWNER TO ${owner.name}`);
        const { rows } = await client.query(`SELECT relname FROM pg_class
          WHERE relnamespace = 'public'::regnamespace AND relkind IN ('r', 'S') ORDER BY relkind DESC`);
        for (const { relname } of rows) await client.query(`ALTER TABLE "${relname}" OWNER TO ${owner.name}`);
      });
      await expect(grantRoles(urlOf(owner), given)).rejects.toMatchObject({ code: DENIED });
      await asAdministrator(async (client) => {
        for (const { name } of Object.values(given)) await client.query(`CREATE ROLE ${name} LOGIN`);
      });
      await grantRoles(urlOf(owner), given);
      await asAdministrator(async (client) => {
        const { rows } = await client.query(
          "SELECT p, has_table_privilege($1, 'orders', p) AS has FROM unnest(ARRAY['INSERT', 'DELETE']) p",
          [given.worker.name],
        );
        expect(rows.map(({ has }) => has)).toEqual([true, false]);
      });
      await expect(grantRoles(urlOf(owner), passwords)).rejects.toMatchObject({ code: DENIED });
    } finally {
      await asAdministrator(async (client) => {
        await client.query(`REASSIGN OWNED BY ${owner.name} TO CURRENT_USER`);
        for (const name of [given.api.name, given.worker.name, owner.name])
          await client.query(`DROP OWNED BY ${name}; DROP ROLE ${name}`);
      });
    }
  });
});
