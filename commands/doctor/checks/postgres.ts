import { isLoopback, isPrivateHost } from '../../../platform/hosts';
import { readSchemaState } from '../../../prisma/migrate';
import { CONNECTIONS } from '../../../store/database';
import { whyNotThroughPooler } from '../../../store/pooler';
import { connectionOf, readServer } from '../../../store/server';
import { type Check, type Finding, ok, problem, warning } from '../finding';
import type { Site } from '../site';

/** What Holdfast is tested with. */
const TESTED = 18;

export const postgres: Check[] = [
  { id: 'database', group: 'PostgreSQL', look: reachable },
  { id: 'database-tls', group: 'PostgreSQL', look: tls },
  { id: 'schema', group: 'PostgreSQL', needs: ['database'], look: schema },
  { id: 'connections', group: 'PostgreSQL', needs: ['database'], look: connections },
];

async function reachable(site: Site): Promise<Finding> {
  const { version } = await readServer(site.db);
  const pooled = await whyNotThroughPooler(site.need('DATABASE_URL'));
  if (pooled !== null) return problem('DATABASE_URL leads through a pooler.', pooled);
  if (Number.parseInt(version, 10) < TESTED)
    return warning(`PostgreSQL ${version} answers; Holdfast is tested with ${TESTED}.`, `Use version ${TESTED}.`);
  return ok(`PostgreSQL ${version} answers.`);
}

function tls(site: Site): Finding {
  const { host, tls: kind } = connectionOf(site.need('DATABASE_URL'));
  if (isLoopback(host)) return ok('The connection does not leave this machine.');
  if (kind === 'none')
    return (isPrivateHost(host) ? warning : problem)(
      `The connection to ${host} is not encrypted: customers’ data and the password travel in plain text.`,
      'Add ?sslmode=verify-full to DATABASE_URL.',
    );
  return kind === 'checked'
    ? ok(`The connection to ${host} is encrypted, and its certificate is checked.`)
    : warning(
        `The connection to ${host} is encrypted, but anybody could answer: its certificate is not checked.`,
        'Use ?sslmode=verify-full in DATABASE_URL.',
      );
}

async function schema(site: Site): Promise<Finding> {
  const { refusal, missing } = await readSchemaState(site.need('DATABASE_URL'));
  if (refusal !== null) return problem('The schema is not one of this version.', refusal);
  if (missing.length === 0) return ok('Every migration is applied, and none that this version does not know.');
  const [first, ...others] = missing;
  const more = others.length > 0 ? ` and ${others.length} more` : '';
  return problem(`Not applied: the migration ${first}${more}.`, 'Run npm run db:migrate.');
}

async function connections({ db }: Site): Promise<Finding> {
  const { worker, ...api } = CONNECTIONS;
  const perApi = Object.values(api).reduce((sum, one) => sum + one, 0);
  const { limit, used } = (await readServer(db)).connections;
  const enough = `A worker opens up to ${worker} connections, an API process up to ${perApi}`;
  const says = `${limit} connections are allowed, and ${used} are open.`;
  if (limit < worker + perApi)
    return problem(`${says} ${enough}.`, `Raise max_connections, or the limit of the role or the database.`);
  if (used > limit * 0.8)
    return warning(`${says} ${enough}.`, 'Run fewer processes, or raise max_connections before the next ones.');
  return ok(`${says} ${enough}.`);
}
