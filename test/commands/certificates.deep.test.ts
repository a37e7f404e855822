import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makeCertificate, type OwnCertificate } from '../support/certificate';
import { newFolder } from '../support/folder';
import { AWAY, look } from './look';
import { systemInfo, temporalStandIn } from './temporal-stand-in';
import { httpsStandIn, postgresStandIn, smtpsStandIn, type TlsStandIn } from './tls-stand-ins';

/** `npm run doctor` says in time that a certificate ends, of whatever it can see one. */

const folder = newFolder('certificates');
const NAMES = 'IP:127.0.0.1,IP:::ffff:127.0.0.1,DNS:localhost';
let expired: OwnCertificate;
let soon: OwnCertificate;
let good: OwnCertificate;
beforeAll(() => {
  [expired, soon, good] = [-1, 20, 90].map((days) => makeCertificate(folder, days, NAMES)) as [
    OwnCertificate,
    OwnCertificate,
    OwnCertificate,
  ];
});

const open: TlsStandIn[] = [];
afterEach(async () => {
  for (const one of open.splice(0)) await one.close();
});
const started = async (one: Promise<TlsStandIn>): Promise<number> => {
  open.push(await one);
  return (await one).port;
};

const DAY = /\d{4}-\d\d-\d\d/.source;
const SOON = new RegExp(`expires in (?:19|20) days, on ${DAY}\\.$`);

test.each([
  [
    'expired',
    () => expired,
    'problem',
    new RegExp(`^The certificate of localhost:\\d+ expired on ${DAY}\\.$`),
    /^Renew/,
  ],
  [
    'that nobody vouches for',
    () => soon,
    'problem',
    /^This machine does not trust the certificate of localhost:\d+ \(DEPTH_/,
    /intermediate/,
  ],
] as const)('the public address: a certificate %s', async (_, which, status, says, todo) => {
  const PUBLIC_URL = `https://localhost:${await started(httpsStandIn(which()))}`;
  expect(await look('public-tls', { PUBLIC_URL })).toEqual({
    ...{ status, says: expect.stringMatching(says), todo: expect.stringMatching(todo) },
  });
});

test('the public address: where nobody answers, another line says so', async () => {
  expect(await look('public-tls', { PUBLIC_URL: 'https://127.0.0.1:1' })).toMatchObject({ status: 'skipped' });
  expect(await look('public-tls', { PUBLIC_URL: 'http://127.0.0.1:1' })).toMatchObject({ status: 'ok' });
});

test.each([
  ['-1', () => expired, 'problem', /^The certificate of .* has expired\.$/],
  ['20', () => soon, 'warning', SOON],
  ['90', () => good, 'ok', new RegExp(`is encrypted, and its certificate is checked \\(valid until ${DAY}\\)\\.$`)],
] as const)('PostgreSQL’s certificate with %s days', async (_, which, status, says) => {
  const port = await started(postgresStandIn(which()));
  const DATABASE_URL = `postgresql://holdfast:x@${AWAY}:${port}/holdfast?sslmode=verify-full&sslrootcert=${which().file}`;
  expect(await look('database-tls', { DATABASE_URL })).toMatchObject({ status, says: expect.stringMatching(says) });
});

test('PostgreSQL’s certificate that is not checked, and ended yesterday', async () => {
  const port = await started(postgresStandIn(expired));
  const DATABASE_URL = `postgresql://holdfast:x@${AWAY}:${port}/holdfast?sslmode=no-verify`;
  const says = expect.stringMatching(/^The certificate of .* expired on /);
  expect(await look('database-tls', { DATABASE_URL })).toMatchObject({ status: 'problem', says });
});

test.each([
  ['-1', () => expired, 'problem', /expired on/],
  ['20', () => soon, 'warning', SOON],
] as const)('the mail server’s certificate with %s days', async (_, which, status, says) => {
  const port = await started(smtpsStandIn(which()));
  const trust = status === 'warning' ? '?tls.rejectUnauthorized=false' : '';
  const SMTP_URL = `smtps://${AWAY}:${port}/${trust}`;
  expect(await look('mail-tls', { SMTP_URL })).toMatchObject({ status, says: expect.stringMatching(says) });
});

describe('Temporal', () => {
  const found = async (server: OwnCertificate, client: OwnCertificate) => {
    const { cert, key } = server;
    const standIn = await temporalStandIn({ GetSystemInfo: systemInfo('1.32.0') }, { cert, key, requestCert: true });
    const path = join(folder, 'client.key');
    writeFileSync(path, client.key);
    try {
      return await look('temporal-tls', {
        ...{ TEMPORAL_ADDRESS: standIn.address, TEMPORAL_TLS_SERVER_CA_CERT_PATH: server.file },
        ...{ TEMPORAL_TLS_CLIENT_CERT_PATH: client.file, TEMPORAL_TLS_CLIENT_KEY_PATH: path },
      });
    } finally {
      await standIn.close();
    }
  };

  test('its certificate, and ours', async () => {
    expect(await found(soon, good)).toMatchObject({
      ...{ status: 'warning', says: expect.stringMatching(/^Temporal’s certificate, at 127\.0\.0\.1, expires in/) },
    });
    expect(await found(good, soon)).toEqual({
      status: 'warning',
      says: expect.stringMatching(/^Our client certificate for Temporal expires in (?:19|20) days/),
      todo: expect.stringContaining('TEMPORAL_TLS_CLIENT_CERT_PATH'),
    });
    expect(await found(good, expired)).toMatchObject({
      ...{ status: 'problem', says: expect.stringMatching(/^Our client certificate for Temporal expired on/) },
    });
    // Of an end that nobody answers at, only the settings can be told.
    const away = { TEMPORAL_ADDRESS: '127.0.0.1:1', TEMPORAL_TLS: 'true' };
    expect(await look('temporal-tls', away)).toMatchObject({
      ...{ status: 'ok', says: 'The settings ask for an encrypted connection to 127.0.0.1.' },
    });
    expect(await found(good, good)).toMatchObject({
      ...{ status: 'ok', says: expect.stringMatching(/is encrypted, and its certificate is valid until /) },
    });
  });

  test('what is given as our certificate is none', async () => {
    const given = { TEMPORAL_TLS_CLIENT_CERT_DATA: 'no PEM', TEMPORAL_TLS_CLIENT_KEY_DATA: 'no PEM' };
    expect(await look('temporal-tls', { TEMPORAL_ADDRESS: 'localhost:1', ...given })).toMatchObject({
      ...{ status: 'problem', says: expect.stringContaining('is not one in PEM') },
    });
  });
});
