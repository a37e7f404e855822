import { readFileSync } from 'node:fs';
import { ConfigurationError } from './configuration-error';

/**
 * The variables that hold a secret. Each may come from a file instead: `NAME_FILE` holds its path, and a line break at
 * its end does not count.
 */
export const SECRETS = [
  'DATABASE_URL',
  'TEMPORAL_API_KEY',
  'PAYLOAD_KEYS',
  'STRIPE_SECRET_KEY',
  'STRIPE_COMPARE_KEY',
  'STRIPE_WEBHOOK_SECRET',
  'RESEND_API_KEY',
  'RESEND_WEBHOOK_SECRET',
  'SMTP_URL',
  'ADMIN_TOKEN',
  'ADMIN_TOKENS',
  'STOREFRONT_KEYS',
  'EVENTS_SECRET',
  'FILES_S3_SECRET',
  'SIGNING_SECRET',
  'SENTRY_DSN',
];

/** The environment with the secrets from files in it, and what is wrong with those that cannot be had, by variable. */
export interface WithSecrets {
  env: NodeJS.ProcessEnv;
  problems: Map<string, string>;
}

/**
 * Reads the secrets that come from files. The variables that name the files are left out of the
 * result.
 * @param names of the variables that may
 */
export function readSecretFiles(source: NodeJS.ProcessEnv, names = SECRETS): WithSecrets {
  const env = { ...source };
  const problems = new Map<string, string>();
  for (const name of names) {
    const path = env[`${name}_FILE`];
    delete env[`${name}_FILE`];
    if (!path) continue;
    if (env[name]) {
      problems.set(name, `${name} and ${name}_FILE are both set: keep one of them`);
      continue;
    }
    const read = readSecret(path);
    if ('secret' in read) env[name] = read.secret;
    else problems.set(name, `${name}_FILE ${read.problem}`);
  }
  return { env, problems };
}

/**
 * As `readSecretFiles`, for what does not check the whole environment.
 * @throws `ConfigurationError`
 */
export function withSecrets(source: NodeJS.ProcessEnv, names = SECRETS): NodeJS.ProcessEnv {
  const { env, problems } = readSecretFiles(source, names);
  if (problems.size > 0) throw new ConfigurationError([...problems.values()]);
  return env;
}

/** Says nothing of what is in the file. */
function readSecret(path: string): { secret: string } | { problem: string } {
  try {
    const secret = readFileSync(path, 'utf8').replace(/[\r\n]+$/, '');
    return secret === '' ? { problem: 'names an empty file' } : { secret };
  } catch (error) {
    return { problem: `names a file that cannot be read (${(error as NodeJS.ErrnoException).code})` };
  }
}
