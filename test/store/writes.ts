import { existsSync, readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const PRODUCTION = [
  'api',
  'activities',
  'commands',
  'domain',
  'emails',
  'messages',
  'platform',
  'prisma',
  'store',
  'worker',
  'workflows',
];

/** The production sources, each by its path from the root. What Prisma generates is not ours. */
export const sources = (): Map<string, string> =>
  new Map(
    PRODUCTION.flatMap((room) => filesIn(room))
      .filter((path) => /\.tsx?$/.test(path) && !path.startsWith('prisma/generated/'))
      .map((path) => [path, withoutComments(read(path))]),
  );

/** Every table by the name its model has in the client, from the schema. */
export function tablesByModel(): Map<string, string> {
  const schema = [...(existsSync(join(ROOT, 'prisma/schema')) ? filesIn('prisma/schema') : ['prisma/schema.prisma'])]
    .map(read)
    .join('\n');
  const models = [...schema.matchAll(/^model (\w+) \{([\s\S]*?)^\}/gm)];
  return new Map(
    models.map(([, name = '', body = '']) => [
      name.charAt(0).toLowerCase() + name.slice(1),
      /@@map\("(\w+)"\)/.exec(body)?.[1] ?? name,
    ]),
  );
}

/** The functions of the migrations in their last form: name and body. Triggers are functions too. */
export function sqlFunctions(): Map<string, string> {
  const files = filesIn('prisma/migrations').filter((path) => path.endsWith('.sql'));
  const sql = files.map((path) => read(path).replace(/--.*$/gm, '')).join('\n');
  const bodies = [...sql.matchAll(/CREATE (?:OR REPLACE )?FUNCTION (\w+)\s*\([\s\S]*?AS \$(\w*)\$([\s\S]*?)\$\2\$/g)];
  return new Map(bodies.map(([, name = '', , body = '']) => [name, body]));
}

/**
 * The tables that each function of the migrations writes, itself and through the functions that it calls, by `PERFORM`
 * or in an expression. What a trigger does belongs to the table, whoever writes it.
 */
export function tablesWrittenByFunctions(models: Map<string, string>): Map<string, Set<string>> {
  const functions = sqlFunctions();
  const tables = (name: string, callers: string[]): string[] => {
    const body = functions.get(name) ?? '';
    const called = [...functions.keys()].filter(
      (one) => one !== name && !callers.includes(one) && new RegExp(`\\b${one}\\s*\\(`).test(body),
    );
    return [...tablesWritten(body, models), ...called.flatMap((one) => tables(one, [...callers, name]))];
  };
  return new Map([...functions.keys()].map((name) => [name, new Set(tables(name, []))]));
}

/** The tables that a text writes: by the client's methods, or in SQL. */
export const tablesWritten = (text: string, models: Map<string, string>): Set<string> =>
  new Set(tableWrites(text, models));

/** As `tablesWritten`, with each table as often as it is written. */
export function tableWrites(text: string, models: Map<string, string>): string[] {
  const byClient = [...text.matchAll(CLIENT_WRITE)].map(([, model = '']) => models.get(model));
  const known = new Set(models.values());
  const bySql = [...text.matchAll(SQL_WRITE)].map(([, table = '']) => table).filter((table) => known.has(table));
  return [...byClient, ...bySql].filter((table) => table !== undefined);
}

const CLIENT_WRITE =
  /\.\s*(\w+)\s*\.\s*(?:create|createMany|createManyAndReturn|update|updateMany|updateManyAndReturn|upsert|delete|deleteMany)\s*\(/g;
const SQL_WRITE = /\b(?:INSERT\s+INTO|UPDATE|DELETE\s+FROM|MERGE\s+INTO|TRUNCATE|COPY)\s+(?:ONLY\s+)?"?([a-z_]+)"?/g;

/** What only the store may do: import the generated client, send SQL, open a transaction, ask a model. */
export const touchesDatabase = (text: string, models: Map<string, string>): boolean =>
  /from '[^']*prisma\/generated/.test(text) ||
  /\$(?:queryRaw|executeRaw|transaction)/.test(text) ||
  [...text.matchAll(/\b(?:db|tx)\s*\.\s*(\w+)\b/g)].some(([, model = '']) => models.has(model));

const withoutComments = (text: string): string => text.replace(/\/\*[\s\S]*?\*\//g, '').replace(/^\s*\/\/.*$/gm, '');

const read = (path: string): string => readFileSync(join(ROOT, path), 'utf8');

const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => join(folder, name))
    .filter((path) => statSync(join(ROOT, path)).isFile());
