import { randomUUID } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PrismaPg } from '@prisma/adapter-pg';
import { bindMigrationAwareSqlAdapterFactory, ColumnTypeEnum } from '@prisma/driver-adapter-utils';
import type { SchemaEngine } from '@prisma/schema-engine-wasm/schema_engine_bg';
import { Pool, type QueryResult } from 'pg';
import { MIGRATIONS, readMigrations } from '../../prisma/migrations';

/**
 * Runs Prisma's schema engine in its WebAssembly form on one connection, which is closed afterwards. The native
 * engine is a download from outside the package registry. This one is the same code, pinned to the commit that our
 * version of Prisma ships.
 */
export async function withSchemaEngine<T>(
  databaseUrl: string,
  use: (engine: SchemaEngine, connection: Pool) => Promise<T>,
): Promise<T> {
  const { SchemaEngine } = await loadEngine();
  const pool = new Pool({ connectionString: databaseUrl, max: 1 });
  const adapters = new WholeScripts(databaseUrl, pool);
  try {
    const engine = await SchemaEngine.new(
      { datamodels: undefined },
      () => {},
      bindMigrationAwareSqlAdapterFactory(adapters),
    );
    return await use(engine, pool);
  } finally {
    await adapters.dropShadows();
    await pool.end();
  }
}

/** Our migrations, as the engine takes them. */
export const migrationsList = () => ({
  baseDir: MIGRATIONS,
  lockfile: { path: 'migration_lock.toml', content: readFileSync(join(MIGRATIONS, 'migration_lock.toml'), 'utf8') },
  shadowDbInitScript: '',
  migrationDirectories: readMigrations().map(({ name, sql }) => ({
    path: name,
    migrationFile: { path: 'migration.sql', content: { tag: 'ok' as const, value: sql } },
  })),
});

export const NO_FILTERS = { externalTables: [], externalEnums: [] };

type Engine = typeof import('@prisma/schema-engine-wasm/schema_engine_bg');

let loaded: Promise<Engine> | undefined;

/** Once in each process: the glue module of the engine keeps one instance in a variable of its own. */
function loadEngine(): Promise<Engine> {
  loaded ??= instantiate();
  return loaded;
}

async function instantiate(): Promise<Engine> {
  const glue = await import('@prisma/schema-engine-wasm/schema_engine_bg');
  const folder = dirname(require.resolve('@prisma/schema-engine-wasm/schema_engine_bg'));
  const code = await WebAssembly.compile(await readFile(join(folder, 'schema_engine_bg.wasm')));
  const { exports } = await WebAssembly.instantiate(code, {
    './schema_engine_bg.js': withoutWaiting(glue as unknown as Imports),
  });
  // When the engine panics, it leaves its message here.
  Object.assign(globalThis, {
    PRISMA_WASM_PANIC_REGISTRY: { set_message: (message: string) => console.error(message) },
  });
  (glue as unknown as { __wbg_set_wasm(exports: WebAssembly.Exports): void }).__wbg_set_wasm(exports);
  (exports.__wbindgen_start as () => void)();
  return glue;
}

type Imports = Record<string, (...args: unknown[]) => unknown>;

/**
 * After it has waited for its lock, the engine leaves a timer of ten seconds behind. The process must not wait for
 * that timer.
 */
function withoutWaiting(glue: Imports): WebAssembly.ModuleImports {
  const imports = { ...glue };
  for (const [name, set] of Object.entries(glue)) {
    if (name.startsWith('__wbg_setTimeout_')) imports[name] = (...args) => (set(...args) as NodeJS.Timeout).unref();
  }
  return imports;
}

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;

/**
 * The adapter cuts a script at every semicolon, even inside a function's body, and sends the pieces one by one.
 * PostgreSQL accepts a whole script as one transaction, and that is what the native engine sends.
 */
class WholeScripts extends PrismaPg {
  private readonly shadows: { name: string; connection: Pool }[] = [];

  constructor(
    private readonly databaseUrl: string,
    private readonly pool: Pool,
  ) {
    super(pool);
  }

  override async connect(): Promise<Adapter> {
    return sendWhole(await super.connect());
  }

  /**
   * The adapter's own method loses the name of the shadow database when it is given an address, and the engine never
   * drops it.
   */
  override async connectToShadowDb(): Promise<Adapter> {
    const name = `prisma_migrate_shadow_${randomUUID()}`;
    await this.pool.query(`CREATE DATABASE "${name}"`);
    const address = new URL(this.databaseUrl);
    address.pathname = `/${name}`;
    const connection = new Pool({ connectionString: address.href, max: 1 });
    this.shadows.push({ name, connection });
    return sendWhole(await readingCatalogue(connection));
  }

  async dropShadows(): Promise<void> {
    for (const { name, connection } of this.shadows.splice(0)) {
      await connection.end();
      await this.pool.query(`DROP DATABASE "${name}"`);
    }
  }
}

function sendWhole(adapter: Adapter): Adapter {
  adapter.executeScript = async (script) => {
    try {
      await adapter.underlyingDriver().query(script);
    } catch (error) {
      // biome-ignore lint/complexity/useLiteralKeys: it is protected, and the only place that knows PostgreSQL's codes.
      adapter['onError'](error);
    }
  };
  return adapter;
}

/**
 * The engine reads columns of the catalogue that have PostgreSQL's internal type "char", which the adapter refuses.
 * They pass it as text with a mark in their name, and get their type back on the other side.
 */
async function readingCatalogue(pool: Pool): Promise<Adapter> {
  const query = pool.query.bind(pool) as (...args: unknown[]) => Promise<QueryResult>;
  const marking = async (...args: unknown[]) => {
    const result = await query(...args);
    for (const field of result.fields ?? []) {
      if (field.dataTypeID === CHAR) Object.assign(field, { dataTypeID: TEXT, name: field.name + MARK });
    }
    return result;
  };
  const adapter = await new PrismaPg(Object.assign(pool, { query: marking })).connect();
  const queryRaw = adapter.queryRaw.bind(adapter);
  adapter.queryRaw = async (params) => {
    const result = await queryRaw(params);
    const isChar = result.columnNames.map((name) => name.endsWith(MARK));
    return {
      ...result,
      columnNames: result.columnNames.map((name) => name.replace(MARK, '')),
      columnTypes: result.columnTypes.map((type, i) => (isChar[i] ? ColumnTypeEnum.Character : type)),
    };
  };
  return adapter;
}

const CHAR = 18;
const TEXT = 25;
const MARK = '\u0000char';
