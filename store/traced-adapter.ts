import type { PrismaPg } from '@prisma/adapter-pg';
import { isTracing, traced } from '../platform/trace';

type Adapter = Awaited<ReturnType<PrismaPg['connect']>>;
type Queryable = Pick<Adapter, 'queryRaw' | 'executeRaw'>;

/** Makes each statement a span, if this process traces: by what it does and to which table, without its values. */
export function tracedAdapter(factory: PrismaPg): PrismaPg {
  if (!isTracing()) return factory;
  const connect = factory.connect.bind(factory);
  factory.connect = async () => {
    const adapter = tracedQueries(await connect());
    const startTransaction = adapter.startTransaction.bind(adapter);
    adapter.startTransaction = async (level) => tracedQueries(await startTransaction(level));
    return adapter;
  };
  return factory;
}

function tracedQueries<T extends Queryable>(queryable: T): T {
  const queryRaw = queryable.queryRaw.bind(queryable);
  const executeRaw = queryable.executeRaw.bind(queryable);
  queryable.queryRaw = (query) => traced(spanOf(query.sql), () => queryRaw(query));
  queryable.executeRaw = (query) => traced(spanOf(query.sql), () => executeRaw(query));
  return queryable;
}

function spanOf(sql: string) {
  const name = summaryOf(sql);
  return {
    name,
    kind: 'client' as const,
    attributes: { 'db.system.name': 'postgresql', 'db.query.summary': name },
  };
}

/** `SELECT orders`, `SELECT commit_order`, `COMMIT`. */
function summaryOf(sql: string): string {
  const known = SUMMARIES.get(sql);
  if (known !== undefined) return known;
  const verb = /\w+/.exec(sql)?.[0]?.toUpperCase() ?? 'SQL';
  const target = TARGET.exec(sql);
  const summary = target ? `${verb} ${target[1] ?? target[2]}` : verb;
  if (SUMMARIES.size < MOST) SUMMARIES.set(sql, summary);
  return summary;
}

/** A function of ours in front of everything else, or the first table. */
const TARGET =
  /^\s*SELECT\s+(?:\*\s+FROM\s+)?"?([a-z]+_[a-z_]+)"?\s*\(|\b(?:FROM|INTO|UPDATE|JOIN)\s+(?:"?public"?\.)?"?([a-z_]+)/i;
/** There are a few hundred statements; one that is put together by hand must not fill the memory. */
const MOST = 1_000;
const SUMMARIES = new Map<string, string>();
