import { within } from '../../platform/within';
import { atWork } from './checks/at-work';
import { configuration } from './checks/configuration';
import { mail } from './checks/mail';
import { postgres } from './checks/postgres';
import { publicTls } from './checks/public-tls';
import { storage } from './checks/storage';
import { stripe } from './checks/stripe';
import { temporal } from './checks/temporal';
import { type Check, type Finding, GROUPS, problem, skipped } from './finding';
import { NotConfigured, Site } from './site';

/** A check that takes longer has met something that hangs. */
const LONGEST_MS = 30_000;

export type Report = (Finding & Pick<Check, 'id' | 'group'>)[];

/** Every check, in the order of the report. */
export const CHECKS: readonly Check[] = [
  ...configuration,
  ...publicTls,
  ...postgres,
  ...temporal,
  ...stripe,
  ...mail,
  ...atWork,
  ...storage,
].sort((one, other) => GROUPS.indexOf(one.group) - GROUPS.indexOf(other.group));

/**
 * Looks at an installation from outside, with the configuration that its processes get: every check once, side by side.
 * Reads only, and never rejects because of what it finds.
 */
export async function examine(given: NodeJS.ProcessEnv): Promise<Report> {
  const site = new Site(given);
  const found = new Map<string, Promise<Finding>>();
  const finding = (check: Check): Promise<Finding> => {
    const asked = found.get(check.id) ?? lookAfter(check);
    found.set(check.id, asked);
    return asked;
  };
  const lookAfter = async (check: Check): Promise<Finding> => {
    for (const id of check.needs ?? []) {
      const { status } = await finding(CHECKS.find((one) => one.id === id) as Check);
      if (status === 'problem' || status === 'skipped') return skipped(`Not looked at: see ${id}.`);
    }
    return look(site, check);
  };
  try {
    const all = CHECKS.map(async (check) => ({ id: check.id, group: check.group, ...(await finding(check)) }));
    return (await Promise.all(all)).map((one) => ({
      ...one,
      says: site.redact(one.says),
      ...(one.todo && { todo: site.redact(one.todo) }),
    }));
  } finally {
    await site.close();
  }
}

async function look(site: Site, check: Check): Promise<Finding> {
  try {
    const looking = (async () => check.look(site))();
    return await within(LONGEST_MS, looking, () => new Error('no answer'));
  } catch (error) {
    if (error instanceof NotConfigured) return skipped(`Not looked at: ${error.message}.`);
    const todo = isAboutCertificate(error) ? CERTIFICATE : UNREACHABLE[check.group];
    return problem(`It cannot be looked at: ${reasonOf(error)}.`, todo);
  }
}

const CERTIFICATE =
  'Give the server a valid certificate for the name it is reached by, and this machine the authority that issued it.';

/** OpenSSL's and Node's codes, wherever a client puts them. */
const isAboutCertificate = (error: unknown): boolean => {
  const { code, message = '' } = error as { code?: unknown; message?: string };
  return /CERT_|SIGNED_CERT|ISSUER_CERT|LEAF_SIGNATURE|certificate/.test(`${String(code)} ${message}`);
};

const UNREACHABLE: Record<Check['group'], string> = {
  Configuration: 'docs/operating.md has every variable.',
  PostgreSQL: 'Start it, and see DATABASE_URL and the network path to it.',
  Temporal: 'Start it, and see TEMPORAL_ADDRESS and the network path to it.',
  Stripe: 'See status.stripe.com, and the network path to it.',
  Mail: 'See RESEND_API_KEY or SMTP_URL.',
  'At work': 'See the checks above.',
};

/** One line, for people. Prisma's and gRPC's messages have the reason in their last one, Prisma's in a frame. */
function reasonOf(error: unknown): string {
  const { message = String(error), cause } = error as { message?: string; cause?: { message?: string } };
  const text = cause?.message && !message.includes('\n') ? `${message} (${cause.message})` : message;
  const line = text.trim().split('\n').at(-1) ?? '';
  return (/ Message: `(.+)`\.?$/.exec(line)?.[1] ?? line).replace(/\.$/, '') || 'unknown';
}
