import { isGrpcServiceError, ScheduleNotFoundError } from '@temporalio/client';
import { overdueAfter } from '../../../domain/sweep';
import { RECONCILE_SCHEDULE } from '../../../messages/reconcile';
import { isLoopback, isPrivateHost } from '../../../platform/hosts';
import { searchAttributesCheck } from '../../../platform/readiness';
import { describeQueues } from '../../../platform/task-queues';
import { temporalConfig } from '../../../platform/temporal';
import { lastSweepEnd, readMarks } from '../../../store/reconciliation/sweeps';
import { type Check, type Finding, ok, problem, warning } from '../finding';
import { PATIENCE_MS, type Site } from '../site';

/** Days for which closed workflows should be kept (docs/going-live.md). */
const RETENTION_DAYS = 30;
/** Since this one the server lists runs that are stuck. */
const OLDEST = [1, 30] as const;

export const temporal: Check[] = [
  { id: 'temporal', group: 'Temporal', look: reachable },
  { id: 'temporal-tls', group: 'Temporal', look: tls },
  { id: 'search-attributes', group: 'Temporal', needs: ['temporal'], look: searchAttributes },
  { id: 'retention', group: 'Temporal', needs: ['temporal'], look: retention },
  { id: 'worker', group: 'At work', needs: ['temporal'], look: worker },
  { id: 'sweep', group: 'At work', needs: ['temporal', 'schema'], look: sweep },
];

const asked = <T>({ temporal }: Site, ask: () => Promise<T>): Promise<T> =>
  temporal.withDeadline(Date.now() + PATIENCE_MS, ask);

async function reachable(site: Site): Promise<Finding> {
  const { workflowService: service } = site.temporal;
  const { namespace } = site.temporal.options;
  const { serverVersion } = await asked(site, () => service.getSystemInfo({}));
  try {
    await asked(site, () => service.describeNamespace({ namespace }));
  } catch (error) {
    if (!isGrpcServiceError(error) || error.code !== NOT_FOUND) throw error;
    return problem(`Temporal has no namespace ${namespace}.`, 'Run npm run temporal:setup.');
  }
  const version = serverVersion?.split('.').map(Number) ?? [];
  const isOld = (version[0] ?? 0) < OLDEST[0] || (version[0] === OLDEST[0] && (version[1] ?? 0) < OLDEST[1]);
  return serverVersion && isOld
    ? warning(`Temporal ${serverVersion} answers, which does not list stuck runs.`, `Use ${OLDEST.join('.')} or later.`)
    : ok(`Temporal ${serverVersion || '(no version said)'} answers, and has the namespace ${namespace}.`);
}

const NOT_FOUND = 5;

function tls(site: Site): Finding {
  site.temporal; // configured at all
  const { address = '', tls: secured, apiKey } = temporalConfig(site.source).connectionOptions;
  const host = address.replace(/:\d+$/, '');
  if (isLoopback(host)) return ok('The connection does not leave this machine.');
  if (secured || apiKey) return ok(`The connection to ${host} is encrypted.`);
  return (isPrivateHost(host) ? warning : problem)(
    `The connection to ${host} is not encrypted, and anybody who reaches it controls every order.`,
    'Set TEMPORAL_TLS=true, and TEMPORAL_TLS_CLIENT_CERT_PATH with its key, or TEMPORAL_API_KEY.',
  );
}

async function searchAttributes({ temporal: client }: Site): Promise<Finding> {
  const said = await searchAttributesCheck(client)();
  if (said === 'ok') return ok('The namespace has every search attribute.');
  return problem(
    said === 'down' ? 'Temporal does not list its search attributes.' : `Search attributes are ${said}.`,
    'Run npm run temporal:setup: no workflow that sets one starts without it.',
  );
}

async function retention(site: Site): Promise<Finding> {
  const { namespace } = site.temporal.options;
  const { config } = await asked(site, () => site.temporal.workflowService.describeNamespace({ namespace }));
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
  const says = `Closed workflows are kept for ${Number(days.toFixed(1))} days.`;
  if (days >= RETENTION_DAYS) return ok(says);
  return warning(says, `Keep them for at least ${RETENTION_DAYS}: npm run temporal:setup.`);
}

/** Every queue needs somebody who asks for its tasks. */
async function worker({ temporal: client }: Site): Promise<Finding> {
  const queues = await describeQueues(client);
  const alone = queues.filter(({ pollers }) => pollers.length === 0).map(({ name, type }) => `${name} (${type})`);
  if (alone.length > 0)
    return problem(`No worker asks for tasks of ${alone.join(', ')}.`, 'Start npm run worker with this configuration.');
  const all = queues.flatMap(({ pollers }) => pollers);
  const workers = new Set(all.map(({ identity }) => identity));
  // Those of the other queues run no workflows, so their build says less.
  const runs = queues.filter(({ type }) => type === 'workflow').flatMap(({ pollers }) => pollers);
  const builds = [...new Set(runs.flatMap(({ buildId }) => (buildId ? shortened(buildId) : [])))];
  const count = workers.size === 1 ? '1 worker is' : `${workers.size} workers are`;
  const oldest = Math.max(...queues.map(({ ageSeconds }) => ageSeconds));
  if (oldest > SLOW_SECONDS)
    return warning(`${count} at work, and the oldest task has waited for ${oldest} s.`, 'Start more workers.');
  return builds.length > 1
    ? warning(`${count} at work, of ${builds.length} builds: ${builds.join(', ')}.`, 'Stop those of the earlier build.')
    : ok(`${count} at work${builds.map((build) => `, build ${build}`).join('')}.`);
}

const SLOW_SECONDS = 60;

/** By itself the SDK names a build for its own version and the checksum of the workflows' code. */
const shortened = (buildId: string): string => buildId.replace(/^@temporalio\/worker@[^+]*\+([0-9a-f]{12}).*/, '$1');

async function sweep(site: Site): Promise<Finding> {
  const { db, temporal: client } = site;
  const described = await asked(site, () => client.schedule.getHandle(RECONCILE_SCHEDULE).describe()).catch(
    (error: unknown) => {
      if (error instanceof ScheduleNotFoundError) return null;
      throw error;
    },
  );
  const START = 'A worker creates it within a minute of its start: see its log.';
  if (!described) return problem(`There is no Schedule ${RECONCILE_SCHEDULE}, so nothing is swept.`, START);
  if (described.state.paused)
    return problem(
      `The Schedule ${RECONCILE_SCHEDULE} is paused: nobody finds what webhooks missed.`,
      `Unpause it in the Temporal UI, or: temporal schedule toggle --schedule-id ${RECONCILE_SCHEDULE} --unpause.`,
    );
  const interval = site.need('RECONCILE_INTERVAL_SECONDS') * 1000;
  const ended = await lastSweepEnd(db);
  const age = Date.now() - (ended ?? described.info.createdAt).getTime();
  const says = ended
    ? `The last sweep ended ${Math.round(age / 60_000)} minutes ago.`
    : `None has ended yet; the Schedule is ${Math.round(age / 60_000)} minutes old.`;
  if (age > overdueAfter(interval))
    return problem(`Sweeps are late. ${says}`, 'docs/alerts.md, HoldfastSweepLate, says what to do.');
  const { last } = await readMarks(db);
  return ended && (last === null || Date.now() - last > overdueAfter(interval))
    ? problem(`Sweeps fail. ${says}`, 'Read the reason: GET /admin/reconciliations/latest.')
    : ok(says);
}
