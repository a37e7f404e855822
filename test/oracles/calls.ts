/**
 * The methods of Stripe's library that Holdfast's code calls, read from the source, and the request each of them
 * sends.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import Stripe from 'stripe';

const ROOT = join(__dirname, '..', '..');
const ROOMS = ['api', 'activities', 'platform', 'worker'];

export interface Call {
  /** `checkout.sessions.expire` */
  method: string;
  /** `POST`, and the path with `{id}` in place of ids. */
  verb: string;
  path: string;
  /** The first file that calls it. */
  file: string;
}

/** Each method once, without those that send no request (`webhooks.constructEvent`). */
export async function callsToStripe(): Promise<Call[]> {
  const methods = new Map<string, string>();
  for (const file of ROOMS.flatMap(sources))
    for (const method of methodsIn(readFileSync(join(ROOT, file), 'utf8'), file))
      if (!methods.has(method)) methods.set(method, file);
  const calls = await Promise.all(
    [...methods].map(async ([method, file]) => ({ method, file, request: await requestOf(method) })),
  );
  return calls.flatMap(({ request, ...call }) => (request ? [{ ...call, ...request }] : []));
}

function sources(room: string): string[] {
  return readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
    .filter((file) => /\.tsx?$/.test(file))
    .map((file) => join(room, file));
}

/** @throws for a use that is not a call: a resource stored in a variable would be called unseen */
export function methodsIn(source: string, file: string): string[] {
  const code = source.replaceAll(/\/\*[\s\S]*?\*\/|\bhttps?:\/\/[^\s'"`]*|\/\/.*$/gm, '');
  return [...code.matchAll(/(?<!['"`/\w])stripe((?:\s*\??\.\s*[A-Za-z]\w*)+)\s*(\()?/g)].map(([use, chain, isCall]) => {
    if (!isCall)
      throw new Error(
        `${file}: \`${use.trim()}\` is not a call; write calls to Stripe as one chain, so that they can be found`,
      );
    return (chain as string).replaceAll(/[\s?]/g, '').slice(1);
  });
}

/** The request a method sends, seen by a client whose requests go nowhere. */
async function requestOf(method: string): Promise<{ verb: string; path: string } | undefined> {
  let request: { verb: string; path: string } | undefined;
  const client = new NowhereClient((verb, path) => {
    request = { verb, path: path.split('?')[0] as string };
  });
  const stripe = new Stripe('sk_test_nowhere', { httpClient: client, maxNetworkRetries: 0, telemetry: false });
  const names = method.split('.');
  const owner = names.slice(0, -1).reduce<unknown>((at, name) => (at as Record<string, unknown>)?.[name], stripe);
  const called = (owner as Record<string, unknown> | undefined)?.[names.at(-1) as string];
  if (typeof called !== 'function') throw new Error(`Stripe's library has no method ${method}`);
  const parameters =
    /^[^(]*\(([^)]*)\)/
      .exec(called.toString())?.[1]
      ?.split(',')
      .map((name) => name.trim()) ?? [];
  const ids = parameters.slice(0, Math.max(0, parameters.indexOf('params'))).map(() => 'ID');
  if (!parameters.includes('params')) return undefined;
  await Promise.resolve(Reflect.apply(called, owner, ids)).catch(() => undefined);
  return request && { ...request, path: request.path.replaceAll('ID', '{id}') };
}

class NowhereClient implements Pick<Stripe.HttpClient, 'getClientName' | 'makeRequest'> {
  constructor(private readonly onRequest: (verb: string, path: string) => void) {}

  getClientName(): string {
    return 'nowhere';
  }

  makeRequest(_host: string, _port: string | number, path: string, method: string): Promise<never> {
    this.onRequest(method, path);
    return Promise.reject(new Error('nowhere'));
  }
}
