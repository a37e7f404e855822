import { isGrpcServiceError, ScheduleNotFoundError, type TLSConfig } from '@temporalio/client';
import { overdueAfter } from '../../../domain/sweep';
import { RECONCILE_SCHEDULE } from '../../../messages/reconcile';
import { certificateAt, endOf } from '../../../platform/certificates';
import { isLoopback, isPrivateHost } from '../../../platform/hosts';
import { searchAttributesCheck } from '../../../platform/readiness';
import { describeQueues } from '../../../platform/task-queues';
import { lastSweepEnd, readMarks } from '../../../store/reconciliation/sweeps';
import { day, lifetime } from '../certificates';
import { type Check, type Finding, ok, problem, warning, worst } from '../finding';
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
  let version: string;
  try {
    version = (await asked(site, () => service.getSystemInfo({}))).serverVersion ?? '';
    await asked(site, () => service.describeNamespace({ namespace }));
  } catch (error) {
    const refused = isGrpcServiceError(error) ? REFUSALS[error.code] : undefined;
    if (refused) return refused(namespace);
    throw error;
  }
  const [major = 0, minor = 0] = version.split('.').map(Number);
  const isOld = major < OLDEST[0] || (major === OLDEST[0] && minor < OLDEST[1]);
  return version && isOld
    ? warning(
        `Temporal ${version} answers, but cannot list workflows that are stuck.`,
        `Use ${OLDEST.join('.')} or later.`,
      )
    : ok(`Temporal ${version || '(which does not say its version)'} answers, and has the namespace ${namespace}.`);
}

/** gRPC's DEADLINE_EXCEEDED, NOT_FOUND, PERMISSION_DENIED and UNAUTHENTICATED. */
const REFUSALS: Record<number, (namespace: string) => Finding> = {
  4: () =>
    problem('Temporal does not answer in time.', 'Start it, and see TEMPORAL_ADDRESS and the network path to it.'),
  5: (namespace) => problem(`Temporal has no namespace ${namespace}.`, 'Run npm run temporal:setup.'),
  7: (namespace) =>
    problem(
      `Temporal does not let us use the namespace ${namespace}.`,
      'Check TEMPORAL_NAMESPACE, and what TEMPORAL_API_KEY or the client certificate is allowed.',
    ),
  16: () =>
    problem('Temporal refuses our API key or client certificate.', 'Set a valid TEMPORAL_API_KEY, or certificate.'),
};

async function tls(site: Site): Promise<Finding> {
  const { address = '', tls: secured } = site.temporalConfig;
  const [, host = '', port = '7233'] = /^(.*?)(?::(\d+))?$/.exec(address) ?? [];
  if (isLoopback(host) && !secured) return ok('The connection does not leave this machine.');
  // An API key alone switches TLS on, unless TEMPORAL_TLS=false.
  if (!secured)
    return (isPrivateHost(host) ? warning : problem)(
      `The connection to ${host} is not encrypted, and anybody who reaches it controls every order.`,
      'Set TEMPORAL_TLS=true, and TEMPORAL_TLS_CLIENT_CERT_PATH with its key, or TEMPORAL_API_KEY.',
    );
  const given = typeof secured === 'object' ? secured : {};
  const ours = given.clientCertPair ? ourCertificate(given.clientCertPair.crt) : null;
  // Whether the server is trusted at all, `temporal` says.
  const server = await certificateOf(host, Number(port), given).catch(() => null);
  return worst(
    [ours, server && lifetime(`Temporal’s certificate, at ${host},`, server.ends)],
    server
      ? `The connection to ${host} is encrypted, and its certificate is valid until ${day(server.ends)}.`
      : `The settings ask for an encrypted connection to ${host}.`,
  );
}

/** What is wrong with the certificate that shows Temporal who we are; null if nothing is. */
function ourCertificate(pem: Uint8Array): Finding | null {
  const todo = 'Issue a new one where TEMPORAL_TLS_CLIENT_CERT_PATH or temporal.toml says, and restart each process.';
  try {
    return lifetime('Our client certificate for Temporal', endOf(pem), todo);
  } catch {
    return problem('What is given as our client certificate for Temporal is not one in PEM.', todo);
  }
}

const certificateOf = (host: string, port: number, given: TLSConfig) =>
  certificateAt(
    {
      ...{ host, port, ALPNProtocols: ['h2'] },
      ...(given.serverNameOverride && { servername: given.serverNameOverride }),
      ...(given.serverRootCACertificate && { ca: Buffer.from(given.serverRootCACertificate) }),
      ...(given.clientCertPair && {
        cert: Buffer.from(given.clientCertPair.crt),
        key: Buffer.from(given.clientCertPair.key),
      }),
    },
    PATIENCE_MS,
  );

async function searchAttributes({ temporal: client }: Site): Promise<Finding> {
  const said = await searchAttributesCheck(client)();
  if (said === 'ok') return ok('The namespace has every search attribute.');
  return problem(
    said === 'down'
      ? 'Temporal does not list its search attributes.'
      : `The namespace lacks search attributes: ${said.replace('missing: ', '')}.`,
    'Run npm run temporal:setup. No order can start without them.',
  );
}

async function retention(site: Site): Promise<Finding> {
  const { namespace } = site.temporal.options;
  const { config } = await asked(site, () => site.temporal.workflowService.describeNamespace({ namespace }));
  const days = Number(config?.workflowExecutionRetentionTtl?.seconds ?? 0) / 86_400;
  const says = `Closed workflows are kept for ${Number(days.toFixed(1))} days.`;
  if (days >= RETENTION_DAYS) return ok(says);
  return warning(says, `Keep them for at least ${RETENTION_DAYS} days: run npm run temporal:setup.`);
}

/** Every queue needs a worker that polls it. */
async function worker({ temporal: client }: Site): Promise<Finding> {
  const queues = await describeQueues(client);
  const alone = queues.filter(({ pollers }) => pollers.length === 0).map(({ name, type }) => `${name} (${type})`);
  if (alone.length > 0)
    return problem(
      `No worker serves the task queues ${alone.join(', ')}.`,
      'Start npm run worker with this configuration; if it runs, see its log.',
    );
  const all = queues.flatMap(({ pollers }) => pollers);
  const workers = new Set(all.map(({ identity }) => identity));
  // Those of the other queues run no workflows, so their build says less.
  const runs = queues.filter(({ type }) => type === 'workflow').flatMap(({ pollers }) => pollers);
  const builds = [...new Set(runs.flatMap(({ buildId }) => (buildId ? shortened(buildId) : [])))];
  const count = workers.size === 1 ? '1 worker is' : `${workers.size} workers are`;
  const oldest = Math.max(...queues.map(({ ageSeconds }) => ageSeconds));
  if (oldest > SLOW_SECONDS)
    return warning(`${count} at work, but the oldest task has waited for ${oldest} s.`, 'Start more workers.');
  return builds.length > 1
    ? warning(
        `${count} at work, with ${builds.length} builds: ${builds.join(', ')}.`,
        'Stop the workers of the earlier build, once a release is over.',
      )
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
  if (!described)
    return problem(
      `Temporal has no Schedule ${RECONCILE_SCHEDULE}, so no sweep looks for what webhooks missed.`,
      START,
    );
  if (described.state.paused)
    return problem(
      `The Schedule ${RECONCILE_SCHEDULE} is paused: no sweep looks for what webhooks missed.`,
      `Unpause it in the Temporal UI, or: temporal schedule toggle --schedule-id ${RECONCILE_SCHEDULE} --unpause.`,
    );
  const interval = site.need('RECONCILE_INTERVAL_SECONDS') * 1000;
  const ended = await lastSweepEnd(db);
  const age = Date.now() - (ended ?? described.info.createdAt).getTime();
  const says = ended
    ? `The last sweep ended ${Math.round(age / 60_000)} minutes ago.`
    : `No sweep has ended yet; the Schedule is ${Math.round(age / 60_000)} minutes old.`;
  if (age > overdueAfter(interval))
    return problem(`Sweeps are late. ${says}`, 'docs/alerts.md, HoldfastSweepLate, says what to do.');
  const { last } = await readMarks(db);
  return ended && (last === null || Date.now() - last > overdueAfter(interval))
    ? problem(`Sweeps fail. ${says}`, 'Read the reason: GET /admin/reconciliations/latest.')
    : ok(says);
}
