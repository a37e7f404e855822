import { readFileSync } from 'node:fs';
import { connectDatabase } from '../../store/database';
import { type Probe, visitOf } from './probes/probe';
import { onServer, type Shops } from './shops';

/** How the statements of a probe find their rows. */
export interface Plan {
  /** What the plans read by, each once: the names of indexes, and `Seq Scan of products`. */
  reads: string[];
  /** Tables that grow with the past and that a plan reads from end to end. */
  scanned: string[];
}

/**
 * The plans of each probe in the shop with the long past, as the server chose them for the very values: those inside
 * functions, triggers and foreign keys too. The server writes them to its log.
 */
export async function plansOf({ few, many, log }: Shops, probes: Probe[], turn: number): Promise<Map<Probe, Plan>> {
  const grows = await growing(few.url, many.url);
  await onServer(many.url, async (client) => {
    const name = new URL(many.url).pathname.slice(1);
    for (const [setting, value] of Object.entries(SETTINGS))
      await client.query(`ALTER DATABASE ${name} SET ${setting} = '${value}'`);
  });
  const db = connectDatabase(many.url, 1);
  const plans = new Map<Probe, Plan>();
  try {
    for (const probe of probes) {
      const { length } = readFileSync(log);
      await probe.run(db, visitOf(many, turn));
      const written = readFileSync(log).subarray(length).toString('utf8');
      plans.set(probe, summarised(plansIn(written), grows));
    }
  } finally {
    await db.$disconnect();
  }
  return plans;
}

const SETTINGS = {
  session_preload_libraries: 'auto_explain',
  'auto_explain.log_min_duration': '0',
  'auto_explain.log_nested_statements': 'on',
  'auto_explain.log_format': 'json',
};

/** Tables that have many times as many rows in the one database as in the other. */
async function growing(few: string, many: string): Promise<Set<string>> {
  const [small, large] = await Promise.all([few, many].map(rowCounts));
  return new Set(
    [...(large ?? [])].filter(([name, rows]) => rows > 3 * (small?.get(name) ?? 0) + 100).map(([name]) => name),
  );
}

const rowCounts = (url: string): Promise<Map<string, number>> =>
  onServer(url, async (client) => {
    const { rows } = await client.query("SELECT relname, reltuples FROM pg_class WHERE relkind = 'r'");
    return new Map(rows.map(({ relname, reltuples }) => [relname, reltuples]));
  });

interface Node {
  'Node Type': string;
  'Relation Name'?: string;
  'Index Name'?: string;
  Plans?: Node[];
}

/** A message of several lines has a tab before each line but the first. */
function plansIn(log: string): Node[] {
  const found = log.matchAll(/LOG: {2}duration: [\d.]+ ms {2}plan:\n((?:\t.*\n)+)/g);
  return [...found].map(([, text = '']) => JSON.parse(text.replaceAll(/^\t/gm, '')).Plan);
}

function summarised(plans: Node[], grows: Set<string>): Plan {
  const scans = plans.flatMap(scansOf);
  const whole = scans.filter((node) => node['Node Type'] === 'Seq Scan').map((node) => node['Relation Name'] ?? '');
  const others = scans.flatMap((node) => node['Index Name'] ?? []);
  return {
    reads: [...new Set([...others, ...whole.map((table) => `Seq Scan of ${table}`)])].sort(),
    scanned: [...new Set(whole.filter((table) => grows.has(table)))],
  };
}

const scansOf = (node: Node): Node[] => [
  ...(/(?:Seq|Index|Index Only) Scan$/.test(node['Node Type']) ? [node] : []),
  ...(node.Plans ?? []).flatMap(scansOf),
];
