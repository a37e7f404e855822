import type { Client } from 'pg';
import { runScript } from '../platform/script';
import { SECRETS, withSecrets } from '../platform/secret-files';
import { connected, untilAlone } from './connected';
import { describeExcess } from './excess';

/** The two programs, each with a role of its own. The owner, who migrates the database, is neither. */
export const PROGRAMS = ['api', 'worker'] as const;
export type ProgramName = (typeof PROGRAMS)[number];

/**
 * What a program may do beyond SELECT, INSERT and UPDATE, and what less. test/database/roles.test.ts compares it with
 * what each program writes and deletes, which it reads from the code.
 */
export const RIGHTS: Record<ProgramName, { reads: string[]; deletes: string[] }> = {
  api: {
    reads: ['ledger_entries', 'ledger_lookups', 'order_transitions', 'payouts', 'reconciliation_repairs'],
    deletes: [
      ...['account_alarms', 'bulks', 'bundle_items', 'checkout_keys', 'checkouts', 'deliveries', 'discrepancies'],
      ...['mail_requests', 'mails', 'notices', 'order_items', 'pictures', 'product_file_chunks', 'product_files'],
      ...['rate_limits', 'reconciliations', 'stock_levels', 'stock_requests', 'stock_warnings', 'stray_sessions'],
      'sweep_skips',
    ],
  },
  worker: {
    reads: ['order_transitions', 'pictures', 'product_file_chunks', 'product_files', 'withdrawals'],
    deletes: [
      ...['account_alarms', 'bulks', 'bundle_items', 'deliveries', 'discrepancies', 'ledger_lookups', 'mail_requests'],
      ...['mails', 'order_items', 'rate_limits', 'reconciliation_repairs', 'reconciliations', 'refunds'],
      ...['stock_requests', 'stock_warnings', 'stray_sessions', 'sweep_skips'],
    ],
  },
};

/** A row is written once: not even a mistake in a program can change what was. */
export const APPEND_ONLY = ['replacements', 'returns', 'stock_movements'];

/** A role, by its name in PostgreSQL. Without a password it keeps the one that it has, or logs in by other means. */
export interface Role {
  name: string;
  password?: string | undefined;
}

/**
 * Creates the roles of API and worker where they are missing, and gives each exactly its rights on the tables that
 * there are. Safe to repeat; to be repeated after each migration. Waits for a migration that runs, and for other calls.
 * Takes the owner's `databaseUrl`.
 *
 * @throws if a role may do more all the same, as a superuser or by another role; then nothing has changed
 */
export async function grantRoles(databaseUrl: string, roles: Record<ProgramName, Role>): Promise<void> {
  await alone(databaseUrl, async (client) => {
    for (const program of PROGRAMS) await grant(client, program, roles[program]);
    const excess = await describeExcess(
      client,
      PROGRAMS.map((program) => roles[program].name),
    );
    if (excess.length > 0) throw new Error(`${excess.join('\n')}\nNothing was changed.`);
  });
}

/**
 * Gives every role that API or worker has in this database its rights again, as a migration may have made tables that
 * it may not use yet: the roles in `named`, and those of another pair while one replaces the other. Changes no role
 * that `db:roles` has not set up in this database.
 *
 * @returns the names of these roles, and a sentence for each that may do more all the same
 */
export async function grantRolesAgain(
  databaseUrl: string,
  named: Record<ProgramName, Role>,
): Promise<{ names: string[]; excess: string[] }> {
  return alone(databaseUrl, async (client) => {
    const names: string[] = [];
    for (const program of PROGRAMS) {
      const [other] = PROGRAMS.filter((one) => one !== program) as [ProgramName];
      const { rows } = await client.query<Role>(SET_UP, [named[program].name, OWN_TABLE[program], OWN_TABLE[other]]);
      for (const role of rows) await grant(client, program, role);
      names.push(...rows.map(({ name }) => name));
    }
    return { names, excess: await describeExcess(client, names) };
  });
}

/** Runs a transaction beside no migration and no other such call: of two grants on one object at once, one fails. */
const alone = <T>(databaseUrl: string, use: (client: Client) => Promise<T>): Promise<T> =>
  connected(databaseUrl, async (client) => {
    await client.query('BEGIN ISOLATION LEVEL READ COMMITTED'); // keeps no snapshot while it waits
    await untilAlone(client, 'transaction ends');
    const result = await use(client);
    await client.query('COMMIT');
    return result;
  });

async function grant(client: Client, program: ProgramName, { name, password }: Role): Promise<void> {
  const { rows } = await client.query<{ name: string }>(TABLES);
  const tables = rows.map((table) => table.name);
  const role = client.escapeIdentifier(name);
  const { reads, deletes } = RIGHTS[program];
  const writes = tables.filter((table) => !reads.includes(table));
  const changes = writes.filter((table) => !APPEND_ONLY.includes(table));
  const list = (names: string[]) => names.map((one) => client.escapeIdentifier(one)).join(', ');
  const statements = [
    // PostgreSQL asks for CREATEROLE before it looks whether there is such a role.
    `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${client.escapeLiteral(name)})
      THEN CREATE ROLE ${role} LOGIN; END IF; END $$`,
    ...(password ? [`ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`] : []),
    `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`,
    `REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${role}`,
    // The laws are triggers, which run as their caller and find a temporary table before that of the schema.
    // PostgreSQL only warns if it may not take these two away: describeExcess looks.
    `REVOKE TEMPORARY ON DATABASE ${client.escapeIdentifier(client.database ?? '')} FROM PUBLIC, ${role}`,
    `REVOKE CREATE ON SCHEMA public FROM PUBLIC, ${role}`,
    `GRANT USAGE ON SCHEMA public TO ${role}`,
    `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
    `GRANT SELECT ON ${list([...tables, MIGRATIONS])} TO ${role}`,
    `GRANT INSERT ON ${list(writes)} TO ${role}`,
    `GRANT UPDATE ON ${list(changes)} TO ${role}`,
    `GRANT DELETE ON ${list(deletes)} TO ${role}`,
  ];
  for (const sql of statements) await client.query(sql);
}

/** The names of the roles: those that the environment gives, where a second pair stands beside the first. */
export const rolesIn = (env: NodeJS.ProcessEnv): Record<ProgramName, Role> => ({
  api: { name: env.API_DATABASE_ROLE || 'holdfast_api' },
  worker: { name: env.WORKER_DATABASE_ROLE || 'holdfast_worker' },
});

/** Programs read which migrations there are, and never write it: the worker's metrics and `npm run doctor` tell it. */
const MIGRATIONS = '_prisma_migrations';
const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '${MIGRATIONS}'`;

/** A table that only this program of the two writes. */
const OWN_TABLE: Record<ProgramName, string> = { api: 'product_files', worker: 'ledger_entries' };

/**
 * The roles of a program in this database: that of its name, if it has rights here, and those whose own grants have the
 * shape that `db:roles` gives ($2 is a table that only this program writes, $3 one that only the other writes). A role
 * of a report or of another tool, which reads all or writes some of it, and the owner have another shape.
 */
const SET_UP = `
  WITH granted AS (SELECT grantee, relname, privilege_type FROM pg_class, aclexplode(relacl)
    WHERE relnamespace = 'public'::regnamespace)
  SELECT rolname AS name FROM pg_roles WHERE
    (rolname = $1 AND has_table_privilege(oid, 'public.orders', 'SELECT'))
    OR (oid IN (SELECT grantee FROM granted WHERE relname = 'orders' AND privilege_type = 'INSERT')
      AND oid IN (SELECT grantee FROM granted WHERE relname = '${MIGRATIONS}' AND privilege_type = 'SELECT')
      AND oid IN (SELECT grantee FROM granted WHERE relname = $2 AND privilege_type = 'INSERT')
      AND oid NOT IN (SELECT grantee FROM granted WHERE relname = $3 AND privilege_type = 'INSERT')
      AND oid NOT IN (SELECT grantee FROM granted WHERE relname = 'orders' AND privilege_type = 'DELETE'))
  ORDER BY rolname`;

async function main(): Promise<void> {
  const env = withSecrets(process.env, [...SECRETS, 'API_DATABASE_PASSWORD', 'WORKER_DATABASE_PASSWORD']);
  if (!env.DATABASE_URL) throw new Error('DATABASE_URL is not set. Use the address of the database’s owner.');
  const { api, worker } = rolesIn(env);
  await grantRoles(env.DATABASE_URL, {
    api: { ...api, password: env.API_DATABASE_PASSWORD },
    worker: { ...worker, password: env.WORKER_DATABASE_PASSWORD },
  });
  console.log(`${api.name} and ${worker.name} have the rights that their programs need, and no others.`);
}

if (require.main === module) runScript(main);
