import { ActivityFailure, ApplicationFailure, RetryState } from '@temporalio/common';
import type { AccountCause } from '../../../domain/fault';

/**
 * Stands in for Temporal where one part of a run is tested alone: waits end when their condition holds or their time
 * is over, activities do what the test says, and what staff would see is kept. Used by
 * `jest.mock('@temporalio/workflow', () => require('./temporal').fakeTemporal)`.
 */
interface Wait {
  goOn(): boolean;
  until: number;
  resolve(held: boolean): void;
}

let now = 0;
let waits: Wait[] = [];
let handlers = new Map<
  string,
  { handler: (...args: unknown[]) => unknown; validator?: (...args: unknown[]) => void }
>();

/** What the run has shown and done. */
export const seen = {
  attributes: [] as Record<string, unknown>[],
  details: '',
  steps: [] as [string, unknown][],
  pauses: [] as unknown[],
};
/** What activities do, by name; one that is not named succeeds with nothing. */
export const activities: Record<string, (input: never) => Promise<unknown>> = {};

export function reset(): void {
  now = 0;
  waits = [];
  handlers = new Map();
  Object.assign(seen, { attributes: [], details: '', steps: [], pauses: [] });
  for (const name of Object.keys(activities)) delete activities[name];
}

/** Lets everything happen that can happen without time passing. */
export async function settle(): Promise<void> {
  for (;;) {
    await new Promise((resolve) => setImmediate(resolve));
    const over = waits.filter(({ goOn, until }) => goOn() || until <= now);
    if (over.length === 0) return;
    waits = waits.filter((wait) => !over.includes(wait));
    for (const { goOn, resolve } of over) resolve(goOn());
  }
}

/** Lets this many milliseconds pass. */
export async function pass(ms: number): Promise<void> {
  await settle();
  now += ms;
  await settle();
}

/** Sends an update to the run, past its validator. */
export function update(name: string, ...args: unknown[]): Promise<unknown> {
  const { handler, validator } = handlers.get(name) ?? {};
  validator?.(...args);
  return Promise.resolve(handler?.(...args));
}

/** The failure of an activity, as a workflow sees it. */
export const failing = (
  message: string,
  { lasting = false, details = {} as object, type = 'failed' } = {},
): ActivityFailure =>
  new ActivityFailure(
    'Activity task failed',
    'step',
    '1',
    RetryState.MAXIMUM_ATTEMPTS_REACHED,
    undefined,
    ApplicationFailure.create({ message, type, nonRetryable: lasting, details: [details] }),
  );

/** A failure for something that stops every order. */
export const refused = (cause: AccountCause): ActivityFailure =>
  failing(`Refused: ${cause}`, { lasting: true, details: { fault: 'account', cause } });

const call = (name: string) => async (input: unknown) => {
  seen.steps.push([name, input]);
  return activities[name]?.(input as never);
};

const proxy = ({ retry }: { retry?: { initialInterval?: unknown } } = {}) =>
  new Proxy(
    {},
    {
      get: (_, name: string) =>
        seen.pauses.push(retry?.initialInterval) &&
        Object.assign(call(name), { executeWithOptions: (_options: unknown, [input]: [unknown]) => call(name)(input) }),
    },
  );

export const fakeTemporal = {
  ...jest.requireActual('@temporalio/workflow'),
  condition: (goOn: () => boolean, ms = Number.POSITIVE_INFINITY) =>
    goOn() ? Promise.resolve(true) : new Promise<boolean>((resolve) => waits.push({ goOn, until: now + ms, resolve })),
  setHandler: ({ name }: { name: string }, handler: () => unknown, options: { validator?: () => void } = {}) =>
    handlers.set(name, { handler, ...options }),
  upsertSearchAttributes: (pairs: { key: { name: string }; value: unknown }[]) =>
    seen.attributes.push(Object.fromEntries(pairs.map(({ key, value }) => [key.name, value]))),
  setCurrentDetails: (details: string) => {
    seen.details = details;
  },
  workflowInfo: () => ({ namespace: 'shop', workflowId: 'cs_test_1', typedSearchAttributes: { get: () => undefined } }),
  patched: () => true,
  /** Nothing here is cancelled: an activity whose answer nobody waits for is left alone. */
  CancellationScope: class {
    run<T>(work: () => Promise<T>): Promise<T> {
      return work();
    }
    cancel(): void {}
  },
  proxyActivities: proxy,
  proxyLocalActivities: proxy,
};
