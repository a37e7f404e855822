import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SECRETS } from '../../platform/secret-files';

const ROOT = join(__dirname, '..', '..');

/** What is secret, or goes with a secret, beside those that may come from a file: those are in files or no secret. */
const BESIDE = ['FILES_S3_KEY_ID', 'TEMPORAL_TLS_CLIENT_CERT_PATH'];

interface Row {
  secrets: string[];
  tests: string[];
  isMarked: boolean;
}

/** The table in docs/security.md, “Rolling a secret”. */
function rows(): Row[] {
  const page = readFileSync(join(ROOT, 'docs', 'security.md'), 'utf8');
  const [, section = ''] = /^## Rolling a secret\n([\s\S]*?)^## /m.exec(page) ?? [];
  const lines = section.split('\n').filter((line) => line.startsWith('| ') && !line.startsWith('| ---'));
  return lines.slice(1).map((line) => {
    const [, secret = '', , triedBy = ''] = line.split('|');
    return { secrets: quoted(secret), tests: quoted(triedBy), isMarked: secret.includes('★') };
  });
}

const quoted = (cell: string): string[] => [...cell.matchAll(/`([^`]+)`/g)].map(([, text]) => text as string);

test('every secret has its row, which says how it is rolled', () => {
  const listed = rows().flatMap(({ secrets }) => secrets);
  expect(listed.sort()).toEqual([...SECRETS, ...BESIDE].sort());
});

test('every row names a test that sets each of its secrets', () => {
  for (const { secrets, tests, isMarked } of rows()) {
    const texts = tests.map((path) => (existsSync(join(ROOT, path)) ? readFileSync(join(ROOT, path), 'utf8') : ''));
    expect([secrets, tests, texts.includes('')]).toEqual([secrets, [expect.any(String), ...tests.slice(1)], false]);
    for (const secret of secrets)
      expect([secret, texts.some((text) => text.includes(`${secret}:`) || text.includes(`${secret} }`))]).toEqual([
        secret,
        true,
      ]);
    expect([secrets, tests.includes('test/faults/rotated-secrets.deep.test.ts')]).toEqual([secrets, isMarked]);
  }
});
