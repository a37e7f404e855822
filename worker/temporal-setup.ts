import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Client, isGrpcServiceError, ServiceError } from '@temporalio/client';
import { msToTs, tsToMs } from '@temporalio/common/lib/time';
import { z } from 'zod';
import { RETENTION_MS } from '../messages/policies';
import { ConfigurationError } from '../platform/configuration-error';
import type { Env } from '../platform/env';
import { isRefusedByTemporal, missingAttributes } from '../platform/readiness';
import { runScript } from '../platform/script';
import { connectTemporal } from '../platform/temporal';
import { variables } from '../platform/variables';
import { setCurrentVersion } from './current-version';
import { scheduleSweeps } from './schedule';

const AGAIN_MS = 500;
/** How long a new namespace may take until every part of the server knows it. */
const KNOWN_WITHIN_MS = 60_000;
/** Of gRPC. */
const NOT_FOUND = 5;
/** What `--current-version` takes to go back to workers without a build id. */
const NO_VERSION = 'none';

/** Answered in the place of what a server does not let us do: Temporal Cloud has other ways for it. */
const REFUSAL =
  'Temporal does not let this key change the namespace. On Temporal Cloud, do it in the console or with `tcld`';

export interface TemporalSetup {
  temporal: Client;
  env: Pick<Env, 'RECONCILE_INTERVAL_SECONDS'>;
  /** Prints one line for a person. */
  log(line: string): void;
}

/**
 * Prepares a namespace: creates it, keeps its closed workflows for at least 30 days, adds the search attributes that
 * it lacks, and creates the Schedule of sweeps. Safe to repeat: it looks before it changes anything. If the
 * server refuses a step to this key, it prints what to do and goes on: someone may have done it another way.
 */
export async function setUpTemporal(setup: TemporalSetup): Promise<void> {
  if (!(await setUpNamespace(setup))) return;
  await setUpSearchAttributes(setup);
  await untilKnown(() => scheduleSweeps(setup.temporal, setup.env, setup.log));
  setup.log(`The Schedule of sweeps is set to every ${setup.env.RECONCILE_INTERVAL_SECONDS} s.`);
}

/** @returns whether the namespace is there; true also if Temporal would not say */
async function setUpNamespace({ temporal, log }: TemporalSetup): Promise<boolean> {
  const { workflowService } = temporal.connection;
  const { namespace } = temporal.options;
  const retention = msToTs(RETENTION_MS);
  const described = await permitted(
    log,
    'see that the namespace is there, with a retention of 30 days',
    workflowService.describeNamespace({ namespace }).catch(absent),
  );
  if (described === null) return true;
  const { answer: kept } = described;
  if (kept === null) {
    const created = await permitted(
      log,
      'create the namespace with a retention of 30 days, and run this again',
      workflowService.registerNamespace({ namespace, workflowExecutionRetentionPeriod: retention }),
    );
    if (created) log(`The namespace ${namespace} is created; it keeps closed workflows for 30 days.`);
    return created !== null;
  }
  if (tsToMs(kept.config?.workflowExecutionRetentionTtl) >= RETENTION_MS) {
    log(`The namespace ${namespace} is there, and keeps closed workflows for at least 30 days.`);
    return true;
  }
  const updated = await permitted(
    log,
    'set its retention to 30 days',
    workflowService.updateNamespace({ namespace, config: { workflowExecutionRetentionTtl: retention } }),
  );
  if (updated) log(`The namespace ${namespace} now keeps closed workflows for 30 days.`);
  return true;
}

async function setUpSearchAttributes({ temporal, log }: TemporalSetup): Promise<void> {
  const { operatorService } = temporal.connection;
  const { namespace } = temporal.options;
  const listed = await permitted(
    log,
    'create the search attributes of docs/going-live.md, if they are not there',
    untilKnown(() => missingAttributes(temporal)),
  );
  if (listed === null) return;
  const { answer: missing } = listed;
  const wrong = missing.filter(({ hasOtherType }) => hasOtherType);
  if (wrong.length > 0)
    throw new Error(
      `${named(wrong)}: the namespace has them with another type. Remove them there, or use another namespace.`,
    );
  if (missing.length === 0) return log('All search attributes are there.');
  const searchAttributes = Object.fromEntries(missing.map(({ name, type }) => [name, type]));
  const added = await permitted(
    log,
    `create the search attributes ${named(missing)}`,
    operatorService.addSearchAttributes({ namespace, searchAttributes }),
  );
  if (added) log(`Search attributes are created: ${named(missing)}.`);
}

const named = (attributes: { label: string }[]): string => attributes.map(({ label }) => label).join(', ');

function absent(error: unknown): null {
  if (isGrpcServiceError(error) && error.code === NOT_FOUND) return null;
  throw error;
}

/**
 * Says what a person has to do where the server refuses.
 * @returns the answer, or null for a refusal
 */
async function permitted<T>(log: TemporalSetup['log'], todo: string, asked: Promise<T>): Promise<{ answer: T } | null> {
  try {
    return { answer: await asked };
  } catch (error) {
    if (!isRefusedByTemporal(error)) throw error;
    log(`${REFUSAL}: ${todo}.`);
    return null;
  }
}

/**
 * Tries again while a part of the server does not yet know the namespace, or the search attributes that were just
 * added: each part keeps what it knows for some seconds. The development server knows both at once.
 */
async function untilKnown<T>(ask: () => Promise<T>): Promise<T> {
  for (const deadline = Date.now() + KNOWN_WITHIN_MS; ; await pause(AGAIN_MS)) {
    try {
      return await ask();
    } catch (error) {
      const refusal = refusalIn(error);
      if (refusal === null) throw error;
      const isUnknown = refusal.code === NOT_FOUND || NO_MAPPING.test(refusal.details);
      if (!isUnknown || Date.now() > deadline) throw refusal;
    }
  }
}

/** What the server itself said: the client's own error about a Schedule has it as its cause. */
function refusalIn(error: unknown) {
  const cause = error instanceof ServiceError ? error.cause : error;
  return isGrpcServiceError(cause) ? cause : null;
}

const NO_MAPPING = /no mapping defined for search attribute/i;

/** Of gRPC, for a key that is not accepted: waiting mends neither. */
const KEY_REFUSED = new Set([7, 16]);

/** Tries until Temporal answers: `--wait`, for when everything starts at once. */
async function untilItAnswers(temporal: Client, log: (line: string) => void): Promise<void> {
  for (let tries = 0; ; tries += 1) {
    try {
      await temporal.withDeadline(Date.now() + 5_000, () => temporal.connection.workflowService.getSystemInfo({}));
      return;
    } catch (error) {
      if (isGrpcServiceError(error) && KEY_REFUSED.has(error.code)) throw error;
      if (tries === 0) log(`Temporal does not answer yet: ${(error as Error).message}`);
      await pause(AGAIN_MS);
    }
  }
}

function configured(): TemporalSetup['env'] {
  const given = process.env.RECONCILE_INTERVAL_SECONDS || undefined;
  const parsed = z
    .object({ RECONCILE_INTERVAL_SECONDS: variables.RECONCILE_INTERVAL_SECONDS })
    .safeParse({ RECONCILE_INTERVAL_SECONDS: given });
  if (parsed.success) return parsed.data;
  throw new ConfigurationError(parsed.error.issues.map(({ path, message }) => `${path.join('.')} ${message}`));
}

/**
 * `--wait` waits until Temporal answers. `--current-version <build id>` sends tasks to the workers of that version, and
 * does nothing else; `none` means those without a version.
 */
async function main(): Promise<void> {
  const { values: asked } = parseArgs({
    options: { wait: { type: 'boolean' }, 'current-version': { type: 'string' } },
  });
  const log = (line: string): void => console.log(line);
  const env = configured();
  const temporal = connectTemporal();
  const version = asked['current-version'];
  try {
    if (asked.wait) await untilItAnswers(temporal, log);
    if (version === undefined) return await setUpTemporal({ temporal, env, log });
    if (version !== NO_VERSION) log(`Waiting until a worker of ${version} has been seen.`);
    const set = await permitted(
      log,
      `set the current version to ${version}`,
      setCurrentVersion(temporal, version === NO_VERSION ? '' : version),
    );
    if (set) log(`Tasks go to the workers ${version === NO_VERSION ? 'without WORKER_BUILD_ID' : `of ${version}`}.`);
  } finally {
    await temporal.connection.close();
  }
}

if (require.main === module) runScript(main);
