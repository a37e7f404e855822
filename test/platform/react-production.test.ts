import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** `act` is for tests alone: React's build for production has none. */
const ASK =
  "console.log(typeof require('react').act, process.env.NODE_ENV, require('./emails').TEMPLATES !== undefined)";
/** Which packages of node_modules are loaded. */
const LOADED =
  'console.log([...new Set(Object.keys(require.cache).map((file) => /.*node_modules\\/((?:@[^/]+\\/)?[^/]+)/.exec(file)?.[1]))].join())';

const answer = (env: Record<string, string>, script: string): string =>
  execFileSync(process.execPath, ['--import', 'tsx', '-e', script], {
    cwd: ROOT,
    env: { PATH: process.env.PATH, ...env },
    encoding: 'utf8',
  }).trim();

test('mails are rendered by React’s build for production, whatever NODE_ENV is, and that stays as it was', () => {
  expect(answer({}, `require('./platform/react-production'); ${ASK}`)).toBe('undefined undefined true');
  expect(answer({ NODE_ENV: 'development' }, `require('./platform/react-production'); ${ASK}`)).toBe(
    'undefined development true',
  );
});

test.each(['worker', 'api'])('the %s sees to that before it loads anything else', (room) => {
  const main = readFileSync(join(ROOT, room, 'main.ts'), 'utf8');
  expect(main).toMatch(/^import '\.\.\/platform\/react-production';\n/);
});

test('mails load the components that they use, and nothing else of React Email', () => {
  const loaded = answer({}, `require('./emails'); ${LOADED}`).split(',');
  expect(loaded).toContain('react-email');
  for (const unused of ['prismjs', 'marked', 'tailwindcss', 'css-tree', '@react-email/render'])
    expect(loaded).not.toContain(unused);
});

test.each([
  ['Resend', "RESEND_API_KEY: 're_1'", 'resend', 'nodemailer'],
  ['SMTP', "SMTP_URL: 'smtp://127.0.0.1'", 'nodemailer', 'resend'],
])('a process that mails by %s loads nothing else to mail by', (_, setting, used, unused) => {
  const mailer = `require('./platform/mailer').createMailer({ EMAIL_FROM: 'shop@example.com', ${setting} })`;
  const loaded = answer({}, `${mailer}; ${LOADED}`).split(',');
  expect(loaded).toContain(used);
  expect(loaded).not.toContain(unused);
});
