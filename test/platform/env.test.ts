import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ConfigurationError } from '../../platform/configuration-error';
import { loadEnv } from '../../platform/env';
import { SECRETS, withSecrets } from '../../platform/secret-files';
import { temporalConfig } from '../../platform/temporal';
import { newFolder } from '../support/folder';

const GOOD = {
  DATABASE_URL: 'postgresql://127.0.0.1/holdfast',
  TEMPORAL_ADDRESS: '127.0.0.1:7233',
  STRIPE_SECRET_KEY: 'sk_test_1',
  STRIPE_WEBHOOK_SECRET: 'whsec_test',
  RESEND_API_KEY: 're_1',
  EMAIL_FROM: 'shop@example.com',
  STAFF_EMAIL: 'staff@example.com',
  ADMIN_TOKEN: 'x'.repeat(24),
  SIGNING_SECRET: 'x'.repeat(32),
};
const problemsWith = (changes: Record<string, string>): string[] => {
  try {
    loadEnv({ ...GOOD, ...changes });
    return [];
  } catch (error) {
    return (error as ConfigurationError).problems;
  }
};

const folder = newFolder('secrets');
afterAll(() => rmSync(folder, { recursive: true }));
/** A file with this in it. */
const fileOf = (text: string): string => {
  const path = join(folder, String(Math.random()));
  writeFileSync(path, text);
  return path;
};

test('secrets that can be guessed are refused, all at once', () => {
  expect(problemsWith({})).toEqual([]);
  expect(problemsWith({ ADMIN_TOKEN: 'x', SIGNING_SECRET: 'x'.repeat(31) })).toEqual([
    'ADMIN_TOKEN must have at least 24 characters',
    'SIGNING_SECRET must have at least 32 characters',
  ]);
});

test('an address of Stripe with a path is refused: its client would leave the path out', () => {
  for (const base of ['http://127.0.0.1:12111', 'http://127.0.0.1:12111/', 'http://[::1]:12111'])
    expect(problemsWith({ STRIPE_API_BASE: base })).toEqual([]);
  expect(problemsWith({ STRIPE_API_BASE: 'http://127.0.0.1:12111/stripe' })).toEqual([
    'STRIPE_API_BASE must be an address without a path',
  ]);
  expect(problemsWith({ STRIPE_API_BASE: 'nowhere' })).toEqual(['STRIPE_API_BASE must be a URL (http: or https:)']);
});

test('a signing secret may be a list, of which no part is too short', () => {
  const [long, short] = ['x'.repeat(32), 'y'.repeat(31)];
  for (const list of [`${short},${long}`, `${long}, ${short}`, `${long},`])
    expect(problemsWith({ SIGNING_SECRET: list })).toEqual([
      'SIGNING_SECRET must have at least 32 characters in each part that commas separate',
    ]);
  for (const good of [`${long}, ${long}`, `${short},${short}`])
    expect(problemsWith({ SIGNING_SECRET: good })).toEqual([]);
});

test.each([
  ['ends in a space', `${'x'.repeat(24)} `],
  ['has two lines', `${'x'.repeat(24)}\n${'y'.repeat(24)}`],
])('an ADMIN_TOKEN that %s is refused, since nobody could send it', (_what, ADMIN_TOKEN) => {
  expect(problemsWith({ ADMIN_TOKEN })).toEqual(['ADMIN_TOKEN must have visible ASCII characters alone']);
});

test.each([
  ['in production', { NODE_ENV: 'production' }],
  ['with a live key', { STRIPE_SECRET_KEY: 'rk_live_1', PUBLIC_URL: 'https://api.example.com' }],
])('a webhook secret that Stripe did not issue is refused %s', (_when, where) => {
  const issued = `whsec_${'a1'.repeat(16)}`;
  const refused = ['STRIPE_WEBHOOK_SECRET must be a signing secret of Stripe, `whsec_…`'];
  expect(problemsWith({ ...where, STRIPE_WEBHOOK_SECRET: issued })).toEqual([]);
  expect(problemsWith({ ...where, STRIPE_WEBHOOK_SECRET: `${issued}, ${issued}` })).toEqual([]);
  for (const secret of ['x', 'whsec_', 'whsec_x', `${issued},x`])
    expect(problemsWith({ ...where, STRIPE_WEBHOOK_SECRET: secret })).toEqual(refused);
});

test('an address that no mail can be sent to is refused', () => {
  expect(problemsWith({ EMAIL_FROM: 'Tide & Co <shop..x@example.com>', STAFF_EMAIL: 'staff@localhost' })).toEqual([]);
  for (const wrong of ['nobody', 'a@example.com,b@example.com', 'a,b@example.com', 'a\n<b@example.com>'])
    expect(problemsWith({ STAFF_EMAIL: wrong })).toEqual([expect.stringMatching(/^STAFF_EMAIL must be/)]);
});

test('STOREFRONT_KEYS are names with keys that cannot be guessed, each only once', () => {
  expect(loadEnv(GOOD).STOREFRONT_KEYS).toEqual([]);
  const [key, other] = ['k'.repeat(24), `o:${'k'.repeat(22)}`];
  expect(loadEnv({ ...GOOD, STOREFRONT_KEYS: `web:${key}, app-2:${other}` }).STOREFRONT_KEYS).toEqual([
    { name: 'web', secret: key },
    { name: 'app-2', secret: other },
  ]);
  const form =
    'STOREFRONT_KEYS must be `name:key`, separated by commas; a name is 1 to 40 of A–Z a–z 0–9 . _ -, in front of a colon';
  const refused: [string, string][] = [
    ...[key, `:${key}`, `a b:${key}`, `web:${key},`, ','].map((given): [string, string] => [given, form]),
    [`web:${key.slice(1)}`, 'STOREFRONT_KEYS needs at least 24 visible characters for the key of web'],
    [`web:${key} x`, 'STOREFRONT_KEYS needs at least 24 visible characters for the key of web'],
    [`web:${key},Web:${other}`, 'STOREFRONT_KEYS names Web twice'],
    [`web:${key},app:${key}`, 'STOREFRONT_KEYS gives web and app the same key'],
    [`web:${GOOD.ADMIN_TOKEN}`, 'STOREFRONT_KEYS gives web a token of staff'],
  ];
  for (const [given, problem] of refused) expect(problemsWith({ STOREFRONT_KEYS: given })).toEqual([problem]);
});

test('STOREFRONT_ORIGINS is a list of origins', () => {
  expect(loadEnv(GOOD).STOREFRONT_ORIGINS).toEqual([]);
  const given = 'https://shop.example, http://localhost:5173/';
  expect(loadEnv({ ...GOOD, STOREFRONT_ORIGINS: given }).STOREFRONT_ORIGINS).toEqual([
    'https://shop.example',
    'http://localhost:5173',
  ]);
  for (const wrong of ['shop.example', 'https://shop.example/path', '*', 'https://a.example,', 'ftp://a.example'])
    expect(problemsWith({ STOREFRONT_ORIGINS: wrong })).toEqual([expect.stringMatching(/^STOREFRONT_ORIGINS must be/)]);
});

test('RESEND_WEBHOOK_SECRET is absent, or secrets of Resend', () => {
  expect(loadEnv(GOOD).RESEND_WEBHOOK_SECRET).toEqual([]);
  const [one, other] = ['A', 'B'].map((letter) => `whsec_${letter.repeat(32)}`);
  expect(loadEnv({ ...GOOD, RESEND_WEBHOOK_SECRET: `${one}, ${other}` }).RESEND_WEBHOOK_SECRET).toEqual([one, other]);
  for (const wrong of ['x', 'whsec_', `${one},`, `${one},x`])
    expect(problemsWith({ RESEND_WEBHOOK_SECRET: wrong })).toEqual([
      'RESEND_WEBHOOK_SECRET must be a signing secret of Resend, `whsec_…`',
    ]);
});

test('EVENTS_URL is kept as it stands, and goes with secrets of the scheme; with a live key it is https', () => {
  expect(loadEnv(GOOD)).toMatchObject({ EVENTS_SECRET: [] });
  const [url, secret] = ['http://erp.internal:8080/hook/?k=1', `whsec_${Buffer.alloc(24, 1).toString('base64')}`];
  const longest = `whsec_${Buffer.alloc(64, 2).toString('base64')}`;
  expect(loadEnv({ ...GOOD, EVENTS_URL: url, EVENTS_SECRET: `${secret}, ${longest}` })).toMatchObject({
    ...{ EVENTS_URL: url, EVENTS_SECRET: [secret, longest] },
  });
  for (const wrong of ['erp', 'ftp://erp.example', 'https://u:p@erp.example', 'https://erp.example/#x'])
    expect(problemsWith({ EVENTS_URL: wrong, EVENTS_SECRET: secret })).toEqual([
      'EVENTS_URL must be a URL (http: or https:) without a user name, a password or a fragment',
    ]);
  const guessable = [secret.slice(6), 'whsec_c2hvcnQ=', `${secret}!`, `${secret},`];
  for (const wrong of guessable)
    expect(problemsWith({ EVENTS_URL: url, EVENTS_SECRET: wrong })).toEqual([
      'EVENTS_SECRET must be `whsec_` and the base64 of at least 24 bytes, or several separated by commas',
    ]);
  const together = ['EVENTS_URL and EVENTS_SECRET go together: set both, or neither'];
  for (const alone of [{ EVENTS_URL: url }, { EVENTS_SECRET: secret }]) expect(problemsWith(alone)).toEqual(together);
  expect(problemsWith({ EVENTS_URL: url, EVENTS_SECRET_FILE: fileOf(`${secret}\n`) })).toEqual([]);
  const live = { STRIPE_SECRET_KEY: 'sk_live_1', PUBLIC_URL: 'https://api.example.com', EVENTS_SECRET: secret };
  const issued = { STRIPE_WEBHOOK_SECRET: `whsec_${'a1'.repeat(16)}` };
  expect(problemsWith({ ...live, ...issued, EVENTS_URL: url })).toEqual([
    'EVENTS_URL must be https: with a live Stripe key',
  ]);
  expect(problemsWith({ ...live, ...issued, EVENTS_URL: 'https://erp.example.com' })).toEqual([]);
});

test('storage for files is named as a whole or not at all', () => {
  const all = {
    FILES_S3_ENDPOINT: 'https://s3.example.com/',
    FILES_S3_BUCKET: 'files',
    FILES_S3_KEY_ID: 'AKID',
    FILES_S3_SECRET_FILE: fileOf('secret\n'),
  };
  expect(loadEnv({ ...GOOD, ...all })).toMatchObject({
    ...{ FILES_S3_ENDPOINT: 'https://s3.example.com', FILES_S3_REGION: 'us-east-1', FILES_S3_SECRET: 'secret' },
    FILES_S3_PATH_STYLE: true,
  });
  const { FILES_S3_BUCKET: _bucket, FILES_S3_KEY_ID: _keyId, ...some } = all;
  expect(problemsWith(some)).toEqual([
    'FILES_S3_BUCKET, FILES_S3_KEY_ID must be set too: FILES_S3_ENDPOINT, FILES_S3_BUCKET, FILES_S3_KEY_ID, FILES_S3_SECRET go together',
  ]);
});

const token = (n: number) => `token-${n}-`.padEnd(24, 'x');

test('a port for staff needs the address where they reach it, and is none that shoppers reach', () => {
  const url = { ADMIN_URL: 'https://staff.example.com' };
  expect(problemsWith({ ADMIN_PORT: '3001' })).toEqual([
    'ADMIN_URL is required with ADMIN_PORT: the address where staff reach that port',
  ]);
  expect(problemsWith({ ADMIN_PORT: '3000', ...url })).toEqual(['ADMIN_PORT must differ from PORT']);
  expect(problemsWith({ ADMIN_PORT: '03000', ...url })).toEqual(['ADMIN_PORT must differ from PORT']);
  for (const other of ['3001', '0']) expect(problemsWith({ ADMIN_PORT: other, ...url })).toEqual([]);
});

test('with a live key, shoppers and staff come over TLS', () => {
  const issued = { STRIPE_SECRET_KEY: 'sk_live_1', STRIPE_WEBHOOK_SECRET: `whsec_${'a1'.repeat(16)}` };
  const live = { ...issued, PUBLIC_URL: 'https://api.example.com' };
  expect(problemsWith({ ...live, PUBLIC_URL: 'http://api.example.com' })).toEqual([
    'PUBLIC_URL must be https: with a live Stripe key',
  ]);
  expect(problemsWith({ ...live, ADMIN_URL: 'http://staff.example.com' })).toEqual([
    'ADMIN_URL must be https: with a live Stripe key',
  ]);
  for (const good of ['https://staff.example.com', 'http://localhost:3001'])
    expect(problemsWith({ ...live, ADMIN_URL: good })).toEqual([]);
});

test('ADMIN_TOKENS are names with their tokens', () => {
  expect(loadEnv(GOOD).ADMIN_TOKENS).toEqual([]);
  expect(loadEnv({ ...GOOD, ADMIN_TOKENS: `ada:${token(1)}, b.o_b-2:${token(2)}:x` }).ADMIN_TOKENS).toEqual([
    { name: 'ada', secret: token(1) },
    { name: 'b.o_b-2', secret: `${token(2)}:x` },
  ]);
});

const FORM = 'must be `name:token`, separated by commas; a name is 1 to 40 of A–Z a–z 0–9 . _ -, in front of a colon';

test.each([
  ['a token without a name', token(1), [FORM]],
  ['an empty name', `:${token(1)}`, [FORM]],
  ['a name of other characters', `ada l:${token(1)}`, [FORM]],
  ['a comma too many', `ada:${token(1)},`, [FORM]],
  ['a short token', 'ada:short', ['needs at least 24 visible characters for the token of ada']],
  ['a token with a space', `ada:${token(1)} x`, ['needs at least 24 visible characters for the token of ada']],
  ['a name twice', `ada:${token(1)},Ada:${token(2)}`, ['names Ada twice']],
  ['a token twice', `ada:${token(1)},bob:${token(1)}`, ['gives ada and bob the same token']],
  ['the name of ADMIN_TOKEN', `Staff:${token(1)}`, ['must not name Staff: Holdfast itself uses that name']],
  ['the name of another actor', `stripe:${token(1)}`, ['must not name stripe: Holdfast itself uses that name']],
  ['the token of ADMIN_TOKEN', `ada:${GOOD.ADMIN_TOKEN}`, ['gives ada the token in ADMIN_TOKEN']],
])('ADMIN_TOKENS with %s is refused', (_what, given, problems) => {
  expect(problemsWith({ ADMIN_TOKENS: given })).toEqual(problems.map((problem) => `ADMIN_TOKENS ${problem}`));
});

describe('a secret from a file', () => {
  const {
    STRIPE_SECRET_KEY,
    STRIPE_WEBHOOK_SECRET,
    RESEND_API_KEY,
    ADMIN_TOKEN,
    SIGNING_SECRET,
    DATABASE_URL,
    ...rest
  } = GOOD;

  test('is read, without the line break at its end, whichever it is', () => {
    const inFiles = { STRIPE_SECRET_KEY, STRIPE_WEBHOOK_SECRET, ADMIN_TOKEN, SIGNING_SECRET, DATABASE_URL };
    const files = Object.entries({ ...inFiles, SMTP_URL: 'smtp://u:p@mail.example' }).map(([name, value], n) => [
      `${name}_FILE`,
      fileOf(`${value}${['', '\n', '\r\n'][n % 3]}`),
    ]);
    expect(loadEnv({ ...rest, STRIPE_WEBHOOK_SECRET: '', ...Object.fromEntries(files) })).toMatchObject({
      ...inFiles,
      ...{ STRIPE_WEBHOOK_SECRET: [STRIPE_WEBHOOK_SECRET], SMTP_URL: 'smtp://u:p@mail.example' },
    });
    for (const name of SECRETS)
      expect(withSecrets({ [`${name}_FILE`]: fileOf(' a b \n') })).toEqual({ [name]: ' a b ' });
  });

  test('reaches Temporal too', () => {
    const { connectionOptions } = temporalConfig({
      TEMPORAL_ADDRESS: '127.0.0.1:7233',
      TEMPORAL_API_KEY_FILE: fileOf('the-key-of-temporal\n'),
    });
    expect(connectionOptions.apiKey).toBe('the-key-of-temporal');
  });

  test('that cannot be had is one problem of those that are listed', () => {
    const missing = { ...rest, DATABASE_URL, STRIPE_WEBHOOK_SECRET, ADMIN_TOKEN };
    const files = {
      STRIPE_SECRET_KEY_FILE: join(folder, 'nothing'),
      RESEND_API_KEY_FILE: folder,
      SIGNING_SECRET_FILE: fileOf('\n'),
      ADMIN_TOKEN_FILE: fileOf('y'.repeat(24)),
    };
    const expected = [
      'STRIPE_SECRET_KEY_FILE names a file that cannot be read (ENOENT)',
      'RESEND_API_KEY_FILE names a file that cannot be read (EISDIR)',
      'ADMIN_TOKEN and ADMIN_TOKEN_FILE are both set: keep one of them',
      'SIGNING_SECRET_FILE names an empty file',
      'EMAIL_FROM is required',
    ];
    const problems = (read: () => unknown): string[] => {
      try {
        read();
        return [];
      } catch (error) {
        return (error as ConfigurationError).problems;
      }
    };
    expect(problems(() => loadEnv({ ...missing, EMAIL_FROM: '', ...files }))).toEqual(expected);
    expect(problems(() => withSecrets({ ...missing, ...files }))).toEqual(expected.slice(0, -1));
    expect(problems(() => loadEnv({ ...missing, ...files, SIGNING_SECRET_FILE: fileOf('short') })).at(-1)).toBe(
      'SIGNING_SECRET must have at least 32 characters',
    );
  });
});
