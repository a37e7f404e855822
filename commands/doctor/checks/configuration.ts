import { isLiveKey, SANDBOX_KEY_PREFIX } from '../../../platform/env';
import { isLoopback } from '../../../platform/hosts';
import { SECRETS } from '../../../platform/secret-files';
import { type Check, type Finding, ok, problem, warning, worst } from '../finding';
import type { Site } from '../site';

const SEE = 'docs/operating.md has every variable.';

/** What the environment alone shows. */
export const configuration: Check[] = [
  {
    id: 'configuration',
    group: 'Configuration',
    look: ({ problems }) =>
      all(
        problems.filter((one) => !isAboutSecret(one)),
        'Every variable is valid.',
        SEE,
      ),
  },
  { id: 'secrets', group: 'Configuration', look: secrets },
  { id: 'live-or-test', group: 'Configuration', look: modes },
  {
    id: 'public-url',
    group: 'Configuration',
    look: (site) =>
      worst(
        [
          address('PUBLIC_URL', site.publicUrl, site),
          address('STOREFRONT_URL', site.get('STOREFRONT_URL'), site),
          address('ADMIN_URL', site.get('ADMIN_URL'), site),
        ],
        isLoopback(new URL(site.publicUrl).hostname)
          ? `${site.publicUrl} is this machine alone, which is enough to try it.`
          : `${site.publicUrl} is reached over TLS.`,
      ),
  },
];

const all = (problems: string[], well: string, todo: string): Finding =>
  problems.length === 0 ? ok(well) : problem(`${problems.join('; ')}.`, todo);

const isAboutSecret = (said: string): boolean => SECRETS.some((name) => new RegExp(`^${name}(?:_FILE)?\\b`).test(said));

function secrets(site: Site): Finding {
  const { problems, source } = site;
  const wrong = all(
    problems.filter(isAboutSecret),
    '',
    `Make those that are your own with \`openssl rand -hex 24\`. ${SEE}`,
  );
  if (wrong.status === 'problem') return wrong;
  const OURS = ['ADMIN_TOKEN', 'SIGNING_SECRET', 'STOREFRONT_KEYS', 'ADMIN_TOKENS'] as const;
  const guessed = OURS.filter((name) => isGuessable(source[name] ?? ''));
  const same = source.ADMIN_TOKEN !== undefined && source.SIGNING_SECRET?.split(',').includes(source.ADMIN_TOKEN);
  const isLive = isLiveKey(source.STRIPE_SECRET_KEY ?? '');
  return worst(
    [
      guessed.length > 0
        ? (isLive ? problem : warning)(
            `${guessed.join(' and ')} can be guessed: the same few characters again and again.`,
            NEW_SECRET,
          )
        : null,
      same ? (isLive ? problem : warning)('ADMIN_TOKEN and SIGNING_SECRET are the same.', NEW_SECRET) : null,
    ],
    'Every secret is set, and long enough.',
  );
}

const NEW_SECRET = 'Make each with `openssl rand -hex 24`.';

/** Random text of this length has more different characters. */
const isGuessable = (given: string): boolean =>
  given !== '' && given.split(',').some((one) => new Set(one.slice(one.indexOf(':') + 1)).size < 8);

/** A live key beside what belongs to a test, or the other way round. */
function modes(site: Site): Finding {
  const key = site.need('STRIPE_SECRET_KEY');
  const isLive = isLiveKey(key);
  const isSandbox = key.startsWith(SANDBOX_KEY_PREFIX);
  const base = site.get('STRIPE_API_BASE');
  const mails = site.get('RESEND_BASE_URL');
  const unset = (name: string) => `Unset ${name}.`;
  return worst(
    [
      isLive && base ? problem(`A live Stripe key would be sent to ${base}.`, unset('STRIPE_API_BASE')) : null,
      isLive && mails && !site.get('SMTP_URL')
        ? problem(`Real orders would be mailed through ${mails}, not Resend.`, unset('RESEND_BASE_URL'))
        : null,
      !isLive && site.get('NODE_ENV') === 'production'
        ? warning(
            'NODE_ENV is production, but the Stripe key is for test mode: nobody can really pay.',
            'Set a live key to sell.',
          )
        : null,
      isLive && site.get('NODE_ENV') !== 'production'
        ? warning('The Stripe key is live, but NODE_ENV is not production.', 'Set NODE_ENV=production.')
        : null,
    ],
    isSandbox
      ? 'The key is the sandbox’s: no money moves.'
      : `The key is for Stripe’s ${isLive ? 'live mode, and nothing beside it is for tests' : 'test mode: no money moves'}.`,
  );
}

/** Links with tokens in them, and cookies of staff, go over these addresses. */
function address(name: string, given: string | undefined, site: Site): Finding | null {
  if (given === undefined) return null;
  const { protocol, hostname } = new URL(given);
  const isLive = isLiveKey(site.get('STRIPE_SECRET_KEY') ?? '');
  // Staff may come through a tunnel that ends on their machine; shoppers have none.
  if (isLive && isLoopback(hostname) && name !== 'ADMIN_URL')
    return problem(`${name} is ${given}, which only this machine reaches.`, `Set ${name} to the public address.`);
  if (protocol === 'https:' || isLoopback(hostname)) return null;
  return (isLive ? problem : warning)(
    `${name} is ${given}: what shoppers and staff send there travels unencrypted, and so do the tokens in links.`,
    `Serve it over TLS, and set ${name} to the https: address.`,
  );
}
