import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** `act` is for tests alone: React's build for production has none. */
const ASK =
  "console.log(typeof require('react').act, process.env.NODE_ENV, require('./emails').TEMPLATES !== undefined)";

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
