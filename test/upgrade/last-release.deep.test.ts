import { execFileSync, spawnSync } from 'node:child_process';
import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';
import { whyNoRelease } from './last-release';

const folder = newFolder('clones');
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const git = (...args: string[]) =>
  execFileSync('git', ['-c', 'user.name=x', '-c', 'user.email=x@example.com', ...args], { cwd: folder, stdio: 'pipe' });

const hasGit = spawnSync('git', ['--version']).status === 0;

(hasGit ? test : test.skip)('a clone without the last release says why', () => {
  expect(whyNoRelease(folder)).toBe('there is no Git repository here');
  git('init', '-q', 'whole');
  for (const message of ['first', 'second']) git('-C', 'whole', 'commit', '-q', '--allow-empty', '-m', message);
  expect(whyNoRelease(join(folder, 'whole'))).toBe('the last release is not in the history of this clone');
  git('clone', '-q', '--depth=1', `file://${folder}/whole`, 'shallow');
  expect(whyNoRelease(join(folder, 'shallow'))).toBe('this clone has no history');
});
