import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { bundleWorkflowCode, type InjectedSinks, Worker } from '@temporalio/worker';
import { savedHistories } from '../../worker/replay';
import { HISTORIES } from './record';
import type { CommandSinks } from './watch-commands';

const GOLDEN = join(__dirname, 'commands');
const WORKFLOWS = join(__dirname, '..', '..', 'workflows', 'index.ts');

/** Every command of the saved histories as the code gives it now: by history, one line of JSON for each command. */
export async function commandsNow(): Promise<Record<string, string[]>> {
  const workflowBundle = await bundleWorkflowCode({
    workflowsPath: WORKFLOWS,
    workflowInterceptorModules: [require.resolve('./watch-commands')],
    logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
  });
  const given: Record<string, unknown[]> = {};
  const sinks: InjectedSinks<CommandSinks> = {
    commands: {
      given: {
        fn({ workflowId }, commands) {
          given[workflowId] = [...(given[workflowId] ?? []), ...commands];
        },
        callDuringReplay: true,
      },
    },
  };
  for await (const { workflowId, error } of Worker.runReplayHistories(
    { workflowBundle, sinks },
    savedHistories(HISTORIES),
  ))
    if (error) throw new Error(`${workflowId}: ${error.message}`);
  return Object.fromEntries(Object.entries(given).map(([name, commands]) => [name, linesOf(commands)]));
}

/** The commands that are kept for a history. */
export const keptCommands = (name: string): string[] =>
  readFileSync(join(GOLDEN, `${name}.jsonl`), 'utf8')
    .trimEnd()
    .split('\n');

/** Keeps these commands, for `npm run replay:commands`. */
export function keepCommands(commands: Record<string, string[]>): void {
  mkdirSync(GOLDEN, { recursive: true });
  for (const [name, lines] of Object.entries(commands))
    writeFileSync(join(GOLDEN, `${name}.jsonl`), `${lines.join('\n')}\n`);
}

/** A recording has ids and times of its own: each id is named after its place, and times are left out. */
function linesOf(commands: unknown[]): string[] {
  const names = new Map<string, string>();
  return commands.map((command) =>
    JSON.stringify(readable(command))
      .replace(/\b(cs_test|re|pi|ch|du|prv|issfr|po)_[A-Za-z0-9]{8,}/g, (id, kind) => nameOf(names, id, kind))
      .replace(/\b[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}\b/g, (id) => nameOf(names, id, 'uuid'))
      .replace(/\d{4}-\d\d-\d\dT[\d:.]+Z|\b1[789]\d{11}(?:\.\d+)?\b/g, 'TIME'),
  );
}

function nameOf(names: Map<string, string>, id: string, kind: string): string {
  const name = names.get(id) ?? `${kind}_${names.size + 1}`;
  names.set(id, name);
  return name;
}

/** A command as plain data: payloads decoded, durations in milliseconds, and no numbers that only count. */
function readable(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(readable);
  if (value instanceof Uint8Array || ArrayBuffer.isView(value)) return decoded(value);
  if (typeof value !== 'object' || value === null) return value;
  const { data, metadata, seconds, nanos } = value as Record<string, unknown>;
  if (ArrayBuffer.isView(data) && metadata) return decoded(data);
  if (seconds !== undefined) return duration(Number(seconds) * 1000 + Number(nanos ?? 0) / 1_000_000);
  return Object.fromEntries(
    Object.entries(value)
      .filter(([name, field]) => !COUNTERS.has(name) && field !== undefined && field !== null)
      .map(([name, field]) => [name, readable(field)]),
  );
}

/** A timer that runs until some moment is a little shorter in each recording. */
const duration = (ms: number): string => (ms % 100 === 0 ? `${ms} ms` : `about ${Math.round(ms / 10_000) * 10_000} ms`);

const COUNTERS: ReadonlySet<string> = new Set(['seq', 'activityId', 'protocolInstanceId', 'originalScheduleTime']);

function decoded(bytes: ArrayBufferView): unknown {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('utf8');
  if (text === '') return null;
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
