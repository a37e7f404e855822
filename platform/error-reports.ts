import { version } from '../package.json';
import type { Env } from './env';
import type { LogProcess } from './log-levels';
import { messageOf, scrubber } from './log-scrubber';
import type { ErrorLine } from './logger';
import { secretsOf } from './secrets-of';

/** Reports errors to Sentry, or to whatever else takes its envelopes. */
export interface ErrorReports {
  /** Reports a line of the log. The same cause is reported once a minute, with how often it was met meanwhile. */
  tell(line: ErrorLine): void;
  /** Sends what is left. Never rejects. */
  stop(): Promise<unknown>;
}

/** How often one cause is reported. An error that meets every request must not be a request to Sentry each time. */
const SAY_EVERY_MS = 60_000;
/** More causes than these are no causes, but something that differs each time. */
const MOST_CAUSES = 500;
/** How long a process that stops waits for its last reports to be taken. */
const LAST_MS = 2_000;

/**
 * Reports by `SENTRY_DSN`; null without it, and Sentry's SDK is then not loaded. Of that SDK only the client, the
 * parser of stacks and the transport are used: nothing is patched, and nothing of a request, a variable or a source
 * file is gathered.
 */
export function reportErrors(env: Env, process: LogProcess): ErrorReports | null {
  if (env.SENTRY_DSN === undefined) return null;
  const { NodeClient, defaultStackParser, makeNodeTransport } =
    require('@sentry/node') as typeof import('@sentry/node'); // half a second
  const scrub = scrubber(secretsOf(env));
  const client = new NodeClient({
    ...{ dsn: env.SENTRY_DSN, transport: makeNodeTransport, stackParser: defaultStackParser, integrations: [] },
    ...{
      release: `holdfast@${version}`,
      environment: env.livemode ? 'live' : 'test',
      sendClientReports: false,
      enableRuntimeChannelInjection: false,
      includeServerName: false,
    },
  });
  const met = new Map<string, { saidAt: number; since: number }>();
  return {
    tell({ module, about, message }) {
      const fingerprint = fingerprintOf(about, message);
      const often = met.get(fingerprint.join('/')) ?? { saidAt: Number.NEGATIVE_INFINITY, since: 0 };
      often.since++;
      if (met.size >= MOST_CAUSES) met.clear();
      met.set(fingerprint.join('/'), often);
      if (performance.now() - often.saidAt < SAY_EVERY_MS) return;
      const { err } = about;
      const event = {
        ...{ level: 'error' as const, logger: `holdfast.${module}`, fingerprint, message },
        tags: tagsOf(process, module, about),
        extra: { ...knownOf(about), met: often.since },
        ...(err instanceof Error && {
          exception: {
            values: [
              {
                ...{ type: err.name, value: `${message}: ${messageOf(err)}` },
                stacktrace: { frames: defaultStackParser(err.stack ?? '') },
              },
            ],
          },
        }),
      };
      Object.assign(often, { saidAt: performance.now(), since: 0 });
      client.captureEvent(scrubbed(event, scrub));
    },
    stop: async () => {
      await Promise.resolve(client.close(LAST_MS)).catch(() => undefined);
    },
  };
}

/**
 * What is one thing to look after is one issue, however many orders meet it: an alarm by its cause, and an error by
 * what it says of itself and by where it was met.
 */
export function fingerprintOf(about: Record<string, unknown>, message: string): string[] {
  if (typeof about.cause === 'string') return ['alarm', about.cause];
  const { err } = about;
  if (!(err instanceof Error)) return [message, ...(typeof about.code === 'string' ? [about.code] : [])];
  const { accountCause, code, type, name } = err as Error & Record<string, unknown>;
  const known = [accountCause, code, type].filter((one): one is string => typeof one === 'string');
  return [message, name, ...(known.length > 0 ? known.slice(0, 1) : [placeOf(err)])];
}

/** The function in which it was thrown, without the line: a release that moves it is still the same error. */
function placeOf({ stack = '' }: Error): string {
  const frame = stack.split('\n').find((line) => /^\s+at /.test(line)) ?? '';
  return /^\s+at (?:async )?([\w.$<>]+) \(/.exec(frame)?.[1] ?? /([\w.-]+):\d+:\d+\)?$/.exec(frame)?.[1] ?? 'nowhere';
}

/**
 * What a report may hold of a line: ids, codes and numbers, by name. A line can be given anything, and what the log
 * drops from it (log-scrubber.ts) is still there when it is reported.
 */
const TAGS = ['cause', 'subject', 'code', 'activity', 'route', 'session', 'number', 'workflow', 'trace', 'request'];
const KNOWN = new Set([
  ...TAGS,
  ...['run', 'attempt', 'attempts', 'refund', 'dispute', 'event', 'object', 'delivery', 'type', 'template', 'sku'],
  ...['since', 'version', 'ours', 'stripes', 'currency', 'filename', 'error', 'method', 'status', 'ms'],
]);

function tagsOf(process: LogProcess, module: string, about: Record<string, unknown>): Record<string, string> {
  const known = TAGS.flatMap((name) => (typeof about[name] === 'string' ? [[name, about[name]]] : []));
  return { process, module, ...Object.fromEntries(known) };
}

const knownOf = (about: Record<string, unknown>): Record<string, string | number | boolean> =>
  Object.fromEntries(
    Object.entries(about).flatMap(([name, value]) => {
      const told = scalarOf(value);
      return KNOWN.has(name) && told !== undefined ? [[name, told]] : [];
    }),
  );

function scalarOf(value: unknown): string | number | boolean | undefined {
  if (typeof value === 'bigint') return String(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? undefined : value.toISOString();
  return typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean' ? value : undefined;
}

/** A copy whose texts are scrubbed one by one: a secret of digits alone is not to be cut out of JSON's own numbers. */
function scrubbed<T>(event: T, scrub: (text: string) => string): T {
  const inJson = (value: string | number): string => JSON.parse(scrub(JSON.stringify(String(value))));
  return JSON.parse(
    JSON.stringify(event, (_name, value: unknown) => {
      if (typeof value === 'string') return inJson(value);
      return typeof value === 'number' && inJson(value) !== String(value) ? inJson(value) : value;
    }),
  );
}
