import { inTransaction, type Migration } from '../../prisma/migrations';

/**
 * What in a migration would stop a running shop: statements that lock a table of an earlier migration for as long as it
 * takes to read or rewrite it, or that take away what processes of the version before still use. Tables that the
 * migration makes itself are empty, so anything goes.
 * @param before the tables of earlier migrations
 * @returns a sentence for each, saying what to write instead
 */
export function faultsOf(migration: Pick<Migration, 'sql'>, before: ReadonlySet<string>): string[] {
  const statements = statementsOf(migration.sql);
  const alone = inTransaction(migration) ? [] : faultsAlone(statements);
  return [...alone, ...statements.flatMap((statement) => faultsOfStatement(statement, before))];
}

/** The tables that a migration makes. */
export const tablesMade = ({ sql }: Pick<Migration, 'sql'>): string[] =>
  [...sql.matchAll(/\bCREATE TABLE (?:IF NOT EXISTS )?"?(\w+)"?/gi)].map(([, table = '']) => table);

function faultsAlone(statements: string[]): string[] {
  const [first = ''] = statements;
  if (statements.length !== 1) return ['A file without a transaction has exactly one statement.'];
  return /\bIF (?:NOT )?EXISTS\b/i.test(first)
    ? []
    : ['What runs without a transaction may be started twice: write IF NOT EXISTS, or IF EXISTS.'];
}

function faultsOfStatement(statement: string, before: ReadonlySet<string>): string[] {
  const table = TABLE.exec(statement)?.[1] ?? '';
  if (!before.has(table)) return [];
  return RULES.filter(([forbidden, unless]) => forbidden.test(statement) && !unless?.test(statement)).map(
    ([, , instead]) => `${statement.split('\n', 1)[0]}: ${instead}`,
  );
}

/** The table that a statement is about. */
const TABLE =
  /^(?:ALTER TABLE (?:IF EXISTS )?(?:ONLY )?|DROP TABLE (?:IF EXISTS )?|UPDATE (?:ONLY )?|DELETE FROM (?:ONLY )?|TRUNCATE (?:TABLE )?|CREATE (?:UNIQUE )?INDEX[\s\S]*? ON (?:ONLY )?)"?(\w+)"?/i;

/** What is forbidden, what makes it harmless, and what to write instead. */
const RULES: [forbidden: RegExp, unless: RegExp | null, instead: string][] = [
  [
    /^CREATE (?:UNIQUE )?INDEX/i,
    /\bCONCURRENTLY\b/i,
    'stops every write while it builds. Use a file of its own that starts with “-- no transaction”, with CREATE INDEX CONCURRENTLY IF NOT EXISTS.',
  ],
  [
    /\bADD CONSTRAINT \S+ (?:CHECK|FOREIGN KEY)/i,
    /\bNOT VALID\b/i,
    'reads the whole table under a lock. Add it NOT VALID, and VALIDATE CONSTRAINT in the next migration.',
  ],
  [
    /\bADD (?:CONSTRAINT \S+ )?(?:UNIQUE|PRIMARY KEY)\b/i,
    /\bUSING INDEX\b/i,
    'builds its index under a lock. Build it CONCURRENTLY first, then ADD CONSTRAINT … USING INDEX.',
  ],
  [
    /\bSET NOT NULL\b/i,
    null,
    'reads the whole table under a lock. Add a CHECK (… IS NOT NULL) NOT VALID, and validate it in the next migration.',
  ],
  [/\bALTER (?:COLUMN )?\S+ (?:SET DATA )?TYPE\b/i, null, 'rewrites the table. Add a new column.'],
  [
    /\bADD (?:COLUMN )?(?:IF NOT EXISTS )?\S+ [^,]*(?:\b(?:BIG|SMALL)?SERIAL\b|\bGENERATED\b|DEFAULT \(?(?:gen_random_uuid|nextval|clock_timestamp|random)\b)/i,
    null,
    'rewrites the table, because each row gets a value of its own. Add the column without a default.',
  ],
  [
    /\bADD (?:COLUMN )?(?:IF NOT EXISTS )?(?!CONSTRAINT\b)\S+ [^,]*\bNOT NULL\b/i,
    /\bDEFAULT\b/i,
    'fails while there are rows. Give it a default, or let it be null.',
  ],
  [
    /^DROP TABLE|\bDROP COLUMN\b|\bRENAME (?:COLUMN |TO )/i,
    null,
    'takes away what the version before still uses. Expand only; contract once no such process runs.',
  ],
  [/\bSET (?:UN)?LOGGED\b|\bSET TABLESPACE\b/i, null, 'rewrites the table.'],
  [
    /^(?:UPDATE|DELETE|TRUNCATE)\b/i,
    null,
    'holds its locks until the migration ends. Let the program fill the column in, a few rows at a time.',
  ],
];

/** The statements of a file, without comments and without the bodies of functions. */
const statementsOf = (sql: string): string[] =>
  sql
    .replace(/--.*$/gm, '')
    .replace(/\$(\w*)\$[\s\S]*?\$\1\$/g, "''")
    .split(';')
    .map((statement) => statement.trim())
    .filter((statement) => statement !== '');
