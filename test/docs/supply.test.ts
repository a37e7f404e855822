import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import lock from '../../package-lock.json';

const ROOT = join(__dirname, '..', '..');

/** What may be shipped with a program under the Apache License, without asking anybody. */
const FREE = [
  ...['0BSD', 'AFL-2.1', 'Apache-2.0', 'BSD-2-Clause', 'BSD-3-Clause', 'BlueOak-1.0.0', 'CC0-1.0', 'ISC', 'MIT'],
  ...['MIT-0', 'Unlicense'],
];

/** Those under other terms, or that do not name theirs where npm looks: read by a person, once. */
const READ: Record<string, string> = {
  'caniuse-lite': 'CC-BY-4.0: data, named in its package',
  elkjs: 'EPL-2.0: of Prisma’s studio, which nothing here loads',
  lightningcss: 'MPL-2.0: of Vite, unchanged',
  neverpanic: 'MIT, in its LICENSE file',
  'seq-queue': 'MIT, in its LICENSE file',
  sentry: 'FSL-1.1-Apache-2.0: Sentry’s command line, a part of its SDK that nothing here starts',
  unionfs: 'Unlicense, in its LICENSE file',
};

interface Locked {
  dev?: boolean;
  link?: boolean;
  license?: string;
}
const installed = Object.entries(lock.packages as Record<string, Locked>).filter(
  ([path, { dev, link }]) => path.includes('node_modules/') && !dev && !link && existsSync(join(ROOT, path)),
);
const nameOf = (path: string): string => path.split('node_modules/').at(-1) as string;

/** Whether every part of an expression is free, or one of several to choose from. */
const isFree = (expression: string): boolean => {
  const parts = (text: string, by: RegExp) => text.replace(/[()]/g, '').split(by);
  return parts(expression, / and /i).every((all) => parts(all, / or /i).some((one) => FREE.includes(one.trim())));
};

test('every package that is installed for production is under a licence that may be shipped', () => {
  const others = installed.flatMap(([path, { license }]) => {
    const declared = license ?? JSON.parse(readFileSync(join(ROOT, path, 'package.json'), 'utf8')).license;
    const name = nameOf(path);
    return (typeof declared === 'string' && isFree(declared)) || READ[name.replace(/^(lightningcss)-.*/, '$1')]
      ? []
      : [`${name}: ${JSON.stringify(declared)}`];
  });
  expect(installed.length).toBeGreaterThan(100);
  const names = new Set(installed.map(([path]) => nameOf(path)));
  expect(Object.keys(READ).filter((name) => !names.has(name))).toEqual([]); // what is gone needs no exception
  expect(others).toEqual([]);
});

/** The forms of secrets that would do harm if they were real. */
const SECRETS: RegExp[] = [
  /\b[sr]k_live_[A-Za-z0-9]{10,}/g,
  /\b[sr]k_test_(?!sandbox)[A-Za-z0-9]{24,}/g,
  /\bre_[A-Za-z0-9]{8}_[A-Za-z0-9]{20,}/g,
  /\b(?:ghp|gho|ghs|github_pat|npm)_[A-Za-z0-9_]{30,}/g,
  /\bAKIA[A-Z0-9]{16}\b/g,
  /\bxox[abpr]-[A-Za-z0-9-]{20,}/g,
  /-----BEGIN (?:RSA |EC |OPENSSH )?PRIVATE KEY-----/g,
];

/** They have what looks real: planted, to see that it is not logged, or from the documentation of its maker. */
const PLANTED = [
  ...['test/api/files-in-storage.test.ts', 'test/commands/doctor.deep.test.ts'],
  ...['test/platform/logger.test.ts', 'test/platform/stripe-setup.test.ts'],
];

/** What .gitignore leaves out: a name, `*.` and an ending, or a path from the root. It has no other forms. */
const IGNORED = readFileSync(join(ROOT, '.gitignore'), 'utf8')
  .split('\n')
  .map((line) => line.replace(/\/$/, ''))
  .filter(Boolean);
const isIgnored = (path: string): boolean =>
  path === '.git' ||
  IGNORED.some((one) =>
    one.startsWith('*')
      ? path.endsWith(one.slice(1))
      : one.includes('/')
        ? path === one
        : path.split('/').at(-1) === one,
  );

/** Every file of the repository, by its path. Git is not asked: it may be missing, or refuse another user's clone. */
const filesIn = (folder: string): string[] =>
  readdirSync(join(ROOT, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = folder ? `${folder}/${entry.name}` : entry.name;
    if (isIgnored(path)) return [];
    return entry.isDirectory() ? filesIn(path) : entry.isFile() ? [path] : [];
  });

test('no file has a secret that could be real', () => {
  const files = filesIn('');
  expect(files).toEqual(expect.arrayContaining(['.ci/run', '.env.example', 'test/docs/supply.test.ts']));
  const found = files
    .filter((file) => !/\.(?:png|jpg|woff2?|wasm|pdf|gz)$/.test(file))
    .flatMap((file) => {
      const text = readFileSync(join(ROOT, file), 'utf8');
      return SECRETS.flatMap((form) => [...text.matchAll(form)].map(([secret]) => `${file}: ${secret.slice(0, 16)}…`));
    });
  expect(found.filter((one) => !PLANTED.includes(one.split(':')[0] as string))).toEqual([]);
});
