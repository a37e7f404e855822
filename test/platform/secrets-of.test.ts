import { loadEnv } from '../../platform/env';
import { scrubber } from '../../platform/log-scrubber';
import { SECRETS } from '../../platform/secret-files';
import { secretsOf } from '../../platform/secrets-of';
import { BARE } from '../api/bare';

const [one, other] = [1, 2].map((n) => Buffer.alloc(32, n).toString('base64')) as [string, string];

/** Of each variable, a value, and what of it must not be told. */
const TOLD_BY_NONE: Record<string, [value: string, secrets: string[]]> = {
  DATABASE_URL: ['postgresql://shop:of%2Fthe-database@127.0.0.1:1/bare', ['of/the-database', 'of%2Fthe-database']],
  TEMPORAL_API_KEY: ['key-of-temporal', ['key-of-temporal']],
  PAYLOAD_KEYS: [`new:${one},old:${other}`, [one, other]],
  STRIPE_SECRET_KEY: ['sk_test_of_stripe', ['sk_test_of_stripe']],
  STRIPE_COMPARE_KEY: ['rk_test_of_another', ['rk_test_of_another']],
  STRIPE_WEBHOOK_SECRET: ['whsec_new_one,whsec_old_one', ['whsec_new_one', 'whsec_old_one']],
  RESEND_API_KEY: ['re_of_resend', ['re_of_resend']],
  RESEND_WEBHOOK_SECRET: [`whsec_${one}`, [`whsec_${one}`]],
  SMTP_URL: ['smtp://shop:of-the-mails@127.0.0.1', ['of-the-mails']],
  ADMIN_TOKEN: ['token-of-staff-with-24-characters', ['token-of-staff-with-24-characters']],
  ADMIN_TOKENS: ['ada:token-of-ada-with-24-characters', ['token-of-ada-with-24-characters']],
  STOREFRONT_KEYS: ['web:key-of-web-with-24-characters', ['key-of-web-with-24-characters']],
  EVENTS_SECRET: [`whsec_${other}`, [`whsec_${other}`]],
  FILES_S3_SECRET: ['secret-of-s3', ['secret-of-s3']],
  SIGNING_SECRET: [`${'n'.repeat(32)},${'o'.repeat(32)}`, ['n'.repeat(32), 'o'.repeat(32)]],
  SENTRY_DSN: ['https://keyofsentry@sentry.example/7', ['keyofsentry']],
};

test('every variable with a secret tells it, and so keeps it out of texts', () => {
  const files = { FILES_S3_ENDPOINT: 'https://s3.example.com', FILES_S3_BUCKET: 'files', FILES_S3_KEY_ID: 'AKID' };
  const given = Object.fromEntries(Object.entries(TOLD_BY_NONE).map(([name, [value]]) => [name, value]));
  const env = loadEnv({ ...BARE, ...files, EVENTS_URL: 'https://erp.example', ...given });
  for (const name of SECRETS) {
    const found = secretsOf({ [name]: env[name as keyof typeof env] });
    expect([name, found]).toEqual([name, expect.arrayContaining(TOLD_BY_NONE[name]?.[1] ?? ['?'])]);
  }
});

test.each([
  ['no password', 'postgresql://postgres@db.example/shop'],
  ['the user’s name as password', 'postgresql://shopkeeper:shopkeeper@db.example/shop'],
  ['the database’s', 'postgresql://postgres:shop_data@db.example/shop_data'],
  ['a short one', 'postgresql://postgres:shop@db.example/shop'],
  ['that of the example', 'postgresql://postgres:Holdfast@db.example/shop'],
])('an address with %s blanks no word of other texts', (_what, DATABASE_URL) => {
  const scrub = scrubber(secretsOf({ DATABASE_URL }));
  const said = 'holdfast: the shop’s postgresql has shop_data of the shopkeeper';
  expect(scrub(JSON.stringify({ said }))).toBe(JSON.stringify({ said }));
  const { username, password } = new URL(DATABASE_URL);
  if (password) expect(secretsOf({ DATABASE_URL })).toEqual([`${username}:${password}@`]);
});
