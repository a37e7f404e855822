import { Client } from 'pg';
import { runScript } from '../platform/script';
import { SECRETS, withSecrets } from '../platform/secret-files';

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
 * there are. Safe to repeat; to be repeated after each migration. Takes the owner's `databaseUrl`.
 *
 * @throws if a role may do more all the same, as a superuser or by another role; then nothing has changed
 */
export async function grantRoles(databaseUrl: string, roles: Record<ProgramName, Role>): Promise<void> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(TABLES);
    const tables = rows.map(({ name }) => name);
    await client.query('BEGIN');
    for (const program of PROGRAMS)
      for (const sql of statements(program, roles[program], tables)) await client.query(sql);
    for (const program of PROGRAMS) await refuseExcess(client, roles[program].name);
    await client.query('COMMIT');
  } finally {
    await client.end();
  }

  function statements(program: ProgramName, { name, password }: Role, tables: string[]): string[] {
    const role = client.escapeIdentifier(name);
    const { reads, deletes } = RIGHTS[program];
    const writes = tables.filter((table) => !reads.includes(table));
    const changes = writes.filter((table) => !APPEND_ONLY.includes(table));
    const list = (names: string[]) => names.map((one) => client.escapeIdentifier(one)).join(', ');
    return [
      // PostgreSQL asks for CREATEROLE before it looks whether there is such a role.
      `DO $$ BEGIN IF NOT EXISTS (SELECT FROM pg_roles WHERE rolname = ${client.escapeLiteral(name)})
        THEN CREATE ROLE ${role} LOGIN; END IF; END $$`,
      ...(password ? [`ALTER ROLE ${role} LOGIN PASSWORD ${client.escapeLiteral(password)}`] : []),
      `REVOKE ALL ON ALL TABLES IN SCHEMA public FROM ${role}`,
      `REVOKE ALL ON ALL SEQUENCES IN SCHEMA public FROM ${role}`,
      // The laws are triggers, which run as their caller and find a temporary table before that of the schema.
      `REVOKE TEMPORARY ON DATABASE ${client.escapeIdentifier(client.database ?? '')} FROM PUBLIC, ${role}`,
      `REVOKE CREATE ON SCHEMA public FROM PUBLIC, ${role}`,
      `GRANT USAGE ON SCHEMA public TO ${role}`,
      `GRANT USAGE ON ALL SEQUENCES IN SCHEMA public TO ${role}`,
      `GRANT SELECT ON ${list([...tables, MIGRATIONS])} TO ${role}`,
      `GRANT INSERT ON ${list(writes)} TO ${role}`,
      `GRANT UPDATE ON ${list(changes)} TO ${role}`,
      `GRANT DELETE ON ${list(deletes)} TO ${role}`,
    ];
  }
}

/**
 * Gives the roles their rights again, as a migration may have made tables that nobody may use yet. Does nothing if the
 * database has no such roles. Returns whether it has.
 */
export async function grantRolesAgain(databaseUrl: string, roles: Record<ProgramName, Role>): Promise<boolean> {
  const client = new Client({ connectionString: databaseUrl });
  await client.connect();
  const { rowCount } = await client
    .query("SELECT FROM pg_roles WHERE rolname = ANY($1) AND has_table_privilege(oid, 'orders', 'SELECT')", [
      PROGRAMS.map((program) => roles[program].name),
    ])
    .finally(() => client.end());
  if (rowCount !== PROGRAMS.length) return false;
  await grantRoles(databaseUrl, roles);
  return true;
}

/** The names of the roles: those that the environment gives, where a second pair stands beside the first. */
export const rolesIn = (env: NodeJS.ProcessEnv): Record<ProgramName, Role> => ({
  api: { name: env.API_DATABASE_ROLE || 'holdfast_api' },
  worker: { name: env.WORKER_DATABASE_ROLE || 'holdfast_worker' },
});

async function refuseExcess(client: Client, name: string): Promise<void> {
  const { rows } = await client.query<{ excess: string }>(EXCESS, [name]);
  if (rows.length === 0) return;
  const list = rows.map(({ excess }) => excess).join(', ');
  throw new Error(`The role ${name} may do more than any grant here can take away: ${list}. Nothing was changed.`);
}

/** What a role may do beyond its grants. A membership counts as well: who is a member can take the role on. */
const EXCESS = `
  WITH me AS (SELECT * FROM pg_roles WHERE rolname = $1),
    others AS (SELECT r.* FROM pg_roles r, me WHERE NOT me.rolsuper AND r.oid <> me.oid
      AND pg_has_role(me.oid, r.oid, 'MEMBER'))
  SELECT 'it has the attribute ' || a.attribute AS excess FROM me, LATERAL (VALUES ('SUPERUSER', rolsuper),
    ('CREATEROLE', rolcreaterole), ('CREATEDB', rolcreatedb), ('REPLICATION', rolreplication)) a (attribute, has)
    WHERE a.has
  UNION ALL SELECT 'it is a member of ' || rolname FROM others WHERE rolsuper OR rolcreaterole
    OR rolname ~ '^pg_(read|write)_all_data$|^pg_(read|write)_server_files$|^pg_execute_server_program$|^pg_maintain$'
    OR oid IN (SELECT relowner FROM pg_class WHERE relnamespace = 'public'::regnamespace)
    OR oid = (SELECT datdba FROM pg_database WHERE datname = current_database())
  UNION ALL SELECT 'it owns ' || relname FROM pg_class, me
    WHERE relnamespace = 'public'::regnamespace AND relowner = me.oid AND relkind IN ('r', 'S', 'v')
  UNION ALL SELECT 'it creates ' || what FROM me, LATERAL (VALUES
    ('temporary tables', has_database_privilege(me.oid, current_database(), 'TEMPORARY')),
    ('objects in the schema public', has_schema_privilege(me.oid, 'public', 'CREATE'))) c (what, may)
    WHERE NOT me.rolsuper AND c.may`;

/** Programs read which migrations there are, and never write it: the worker's metrics and `npm run doctor` tell it. */
const MIGRATIONS = '_prisma_migrations';
const TABLES = `SELECT tablename AS name FROM pg_tables WHERE schemaname = 'public' AND tablename <> '${MIGRATIONS}'`;

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
