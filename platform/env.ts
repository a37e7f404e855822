import { z } from 'zod';
import { ConfigurationError } from './configuration-error';
import { isLoopback } from './hosts';
import { readSecretFiles } from './secret-files';
import { staffTokens, storefrontKeys, variables } from './variables';

/** The prefix of the embedded Stripe sandbox's keys. Real Stripe keys never start with it. */
export const SANDBOX_KEY_PREFIX = 'sk_test_sandbox';

/** Whether a Stripe key moves real money. */
export const isLiveKey = (key: string): boolean => /^[sr]k_live_/.test(key);

/** Whether a Stripe key may do only what it was given permissions for. */
export const isRestrictedKey = (key: string): boolean => key.startsWith('rk_');

/** What storage for files cannot do without. */
const FILES_S3 = ['FILES_S3_ENDPOINT', 'FILES_S3_BUCKET', 'FILES_S3_KEY_ID', 'FILES_S3_SECRET'];

/** Stripe's have 32 characters after the prefix. */
const WEBHOOK_SECRET = /^whsec_\S{16,}$/;

const schema = z.object(variables).transform((env) => {
  const publicUrl = env.PUBLIC_URL ?? `http://localhost:${env.PORT}`;
  return {
    ...env,
    PUBLIC_URL: publicUrl,
    ADMIN_URL: env.ADMIN_URL ?? publicUrl,
    STOREFRONT_URL: env.STOREFRONT_URL ?? publicUrl,
    STOREFRONT_ORIGINS: env.STOREFRONT_ORIGINS ?? [],
    STOREFRONT_KEYS: env.STOREFRONT_KEYS ?? [],
    ADMIN_TOKENS: env.ADMIN_TOKENS ?? [],
    RESEND_WEBHOOK_SECRET: env.RESEND_WEBHOOK_SECRET ?? [],
    EVENTS_SECRET: env.EVENTS_SECRET ?? [],
    LOG_LEVELS: env.LOG_LEVELS ?? {},
    livemode: isLiveKey(env.STRIPE_SECRET_KEY),
  };
});

/** The validated configuration of a process. */
export type Env = z.output<typeof schema>;

/**
 * Reads and validates the environment, with the secrets that come from files. Throws one `ConfigurationError` with all
 * problems. An empty variable counts as absent.
 */
export function loadEnv(source: NodeJS.ProcessEnv = process.env): Env {
  const { env, problems: unread } = readSecretFiles(source);
  // An empty webhook secret is a mistake that would switch verification off, so it is not "absent".
  const given = Object.fromEntries(
    Object.keys(variables).flatMap((name) => {
      const value = env[name];
      return value === undefined || (value === '' && name !== 'STRIPE_WEBHOOK_SECRET') ? [] : [[name, value]];
    }),
  );
  const parsed = schema.safeParse(given);
  const shape = parsed.success
    ? []
    : parsed.error.issues
        .map(({ path, message }) => ({ name: path.join('.'), message }))
        .filter(({ name }) => !unread.has(name))
        .map(({ name, message }) => `${name} ${given[name] === undefined ? 'is required' : message}`);
  const problems = [...unread.values(), ...shape, ...crossChecks(given, (name) => !!given[name] || unread.has(name))];
  if (problems.length > 0 || !parsed.success) throw new ConfigurationError(problems);
  return parsed.data;
}

/** Problems that depend on more than one variable. `isSet` is also true of a secret whose file cannot be read. */
function crossChecks(given: Record<string, string | undefined>, isSet: (name: string) => boolean): string[] {
  const problems: string[] = [];
  const key = given.STRIPE_SECRET_KEY ?? '';
  if (!given.TEMPORAL_ADDRESS && !given.TEMPORAL_PROFILE)
    problems.push('TEMPORAL_ADDRESS (or TEMPORAL_PROFILE) is required');
  if (!isSet('RESEND_API_KEY') && !isSet('SMTP_URL')) problems.push('RESEND_API_KEY or SMTP_URL is required');
  if (given.NODE_ENV === 'production' && key.startsWith(SANDBOX_KEY_PREFIX))
    problems.push('STRIPE_SECRET_KEY is the sandbox’s key, which must not be used with NODE_ENV=production');
  if ((given.NODE_ENV === 'production' || isLiveKey(key)) && given.STRIPE_WEBHOOK_SECRET)
    for (const one of given.STRIPE_WEBHOOK_SECRET.split(','))
      if (!WEBHOOK_SECRET.test(one.trim()))
        problems.push('STRIPE_WEBHOOK_SECRET must be a signing secret of Stripe, `whsec_…`');
  const staff = staffTokens.safeParse(given.ADMIN_TOKENS).data ?? [];
  const sameAsFirst = staff.find(({ secret }) => secret === given.ADMIN_TOKEN);
  if (sameAsFirst) problems.push(`ADMIN_TOKENS gives ${sameAsFirst.name} the token in ADMIN_TOKEN`);
  for (const { name, secret } of storefrontKeys.safeParse(given.STOREFRONT_KEYS).data ?? [])
    if (secret === given.ADMIN_TOKEN || staff.some((one) => one.secret === secret))
      problems.push(`STOREFRONT_KEYS gives ${name} a token of staff`);
  const publicUrl = given.PUBLIC_URL ?? 'http://localhost';
  if (isLiveKey(key) && URL.canParse(publicUrl) && new URL(publicUrl).protocol === 'http:')
    problems.push('PUBLIC_URL must be https: with a live Stripe key');
  const adminUrl = URL.canParse(given.ADMIN_URL ?? '') ? new URL(given.ADMIN_URL ?? '') : null;
  // On staff's own machine it is the end of a tunnel.
  if (isLiveKey(key) && adminUrl?.protocol === 'http:' && !isLoopback(adminUrl.hostname))
    problems.push('ADMIN_URL must be https: with a live Stripe key');
  if (given.ADMIN_PORT && !given.ADMIN_URL)
    problems.push('ADMIN_URL is required with ADMIN_PORT: the address where staff reach that port');
  if (Number(given.ADMIN_PORT ?? 0) !== 0 && Number(given.ADMIN_PORT) === Number(given.PORT ?? 3000))
    problems.push('ADMIN_PORT must differ from PORT');
  const missing = FILES_S3.filter((name) => !isSet(name));
  if (missing.length > 0 && missing.length < FILES_S3.length)
    problems.push(`${missing.join(', ')} must be set too: ${FILES_S3.join(', ')} go together`);
  if (isSet('EVENTS_URL') !== isSet('EVENTS_SECRET'))
    problems.push('EVENTS_URL and EVENTS_SECRET go together: set both, or neither');
  if (isLiveKey(key) && given.EVENTS_URL?.toLowerCase().startsWith('http:'))
    problems.push('EVENTS_URL must be https: with a live Stripe key');
  return problems;
}
