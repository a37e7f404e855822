import { isLoopback, isPrivateHost } from '../../../platform/hosts';
import { readSchemaState } from '../../../prisma/migrate';
import { CONNECTIONS } from '../../../store/database';
import { whyNotThroughPooler } from '../../../store/pooler';
import { type ConnectionLimit, certificateEnd, connectionOf, readServer } from '../../../store/server';
import { day, lifetime } from '../certificates';
import { type Check, type Finding, ok, problem, warning, worst } from '../finding';
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

async function tls(site: Site): Promise<Finding> {
  const url = site.need('DATABASE_URL');
  const { host, tls: kind } = connectionOf(url);
  if (isLoopback(host)) return ok('The connection does not leave this machine.');
  if (kind === 'none')
    return (isPrivateHost(host) ? warning : problem)(
      `The connection to ${host} is not encrypted: customers’ data and the password travel in plain text.`,
      'Add ?sslmode=verify-full to DATABASE_URL.',
    );
  // What else is wrong with the connection, `database` says.
  const ends = await certificateEnd(url).catch(({ code }) => (code === 'CERT_HAS_EXPIRED' ? 'expired' : null));
  if (ends === 'expired') return problem(`The certificate of ${host} has expired.`, 'Renew it, and reload PostgreSQL.');
  return worst(
    [
      ends && lifetime(`The certificate of ${host}`, ends, 'Renew it, and reload PostgreSQL.'),
      kind === 'unchecked'
        ? warning(
            `The connection to ${host} is encrypted, but its certificate is not checked: anybody could answer.`,
            'Use ?sslmode=verify-full in DATABASE_URL.',
          )
        : null,
    ],
    ends
      ? `The connection to ${host} is encrypted, and its certificate is checked (valid until ${day(ends)}).`
      : 'DATABASE_URL asks for encryption, and for a certificate that is checked.',
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
  const need = `A worker opens up to ${worker}, an API process up to ${perApi}.`;
  const { limits } = await readServer(db);
  const says = ({ of, limit, used }: ConnectionLimit) =>
    `${WHOSE[of].allows} ${limit} connections, ${used} of them in use.`;
  const [least] = [...limits].sort((one, other) => one.limit - other.limit);
  return worst(
    limits.map((one) => {
      const todo = `Raise ${WHOSE[one.of].setting}`;
      if (one.limit < worker + perApi) return problem(`${says(one)} ${need}`, `${todo}.`);
      const isFull = one.used > one.limit * 0.8;
      return isFull ? warning(`${says(one)} ${need}`, `${todo} before you start more processes, or run fewer.`) : null;
    }),
    `${least ? says(least) : ''} ${need}`,
  );
}

const WHOSE: Record<ConnectionLimit['of'], { allows: string; setting: string }> = {
  server: { allows: 'PostgreSQL allows', setting: 'max_connections of PostgreSQL' },
  role: { allows: 'This role may open', setting: 'the role’s limit (ALTER ROLE … CONNECTION LIMIT)' },
  database: { allows: 'This database allows', setting: 'the database’s limit (ALTER DATABASE … CONNECTION LIMIT)' },
};
