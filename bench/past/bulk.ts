import { Client } from 'pg';

/** As many statements at a time as the machine has cores for. */
const CONNECTIONS = 3;

/** Runs statements beside each other, each once, in no order. */
export type Run = (statements: readonly string[]) => Promise<void>;

/** Several connections of an owner who waits for no disk. */
export async function besideEachOther<T>(url: string, use: (run: Run) => Promise<T>): Promise<T> {
  const clients = Array.from({ length: CONNECTIONS }, () => new Client({ connectionString: url }));
  const run: Run = async (statements) => {
    const waiting = [...statements];
    const runner = async (client: Client) => {
      for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) await client.query(next);
    };
    await Promise.all(clients.map(runner));
  };
  try {
    for (const client of clients) {
      await client.connect();
      await client.query("SET synchronous_commit = off; SET work_mem = '128MB'; SET maintenance_work_mem = '256MB'");
    }
    return await use(run);
  } finally {
    await Promise.all(clients.map((client) => client.end()));
  }
}

/**
 * Fills tables without their indexes and triggers, which is many times as fast, and puts both back as they were.
 * PostgreSQL proves the keys and references as it makes them again, and checks hold for each row in any case. What the
 * triggers would have kept is for the caller to prove.
 */
export async function withoutIndexes(client: Client, run: Run, rows: Record<string, string>): Promise<void> {
  const { rows: constraints } = await client.query<Constraint>(CONSTRAINTS);
  const { rows: indexes } = await client.query<{ name: string; definition: string }>(INDEXES);
  const isReference = ({ definition }: Constraint) => definition.startsWith('FOREIGN KEY');
  const references = constraints.filter(isReference);
  const keys = constraints.filter((one) => !isReference(one));
  for (const { table, name } of [...references, ...keys])
    await client.query(`ALTER TABLE ${table} DROP CONSTRAINT ${name}`);
  for (const { name } of indexes) await client.query(`DROP INDEX ${name}`);
  // An empty table that is filled in the transaction that has emptied it needs no log.
  await run(
    Object.entries(rows).map(
      ([table, select]) =>
        `BEGIN; SET LOCAL session_replication_role = 'replica'; TRUNCATE ${table}; INSERT INTO ${table} ${select}; COMMIT`,
    ),
  );
  const add = ({ table, name, definition }: Constraint) => `ALTER TABLE ${table} ADD CONSTRAINT ${name} ${definition}`;
  await run(keys.map(add));
  await run(indexes.map(({ definition }) => definition));
  for (const reference of references) await client.query(add(reference));
}

interface Constraint {
  table: string;
  name: string;
  definition: string;
}

const CONSTRAINTS = `
  SELECT conrelid::regclass::text AS table, quote_ident(conname) AS name, pg_get_constraintdef(oid) AS definition
  FROM pg_constraint WHERE connamespace = 'public'::regnamespace AND contype IN ('p', 'u', 'f')`;
const INDEXES = `
  SELECT i.indexrelid::regclass::text AS name, pg_get_indexdef(i.indexrelid) AS definition
  FROM pg_index i JOIN pg_class c ON c.oid = i.indexrelid
  WHERE c.relnamespace = 'public'::regnamespace AND NOT EXISTS (SELECT 1 FROM pg_constraint k WHERE k.conindid = i.indexrelid)`;
