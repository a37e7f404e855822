import { execFileSync } from 'node:child_process';
import { symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';
import { commit } from './last-release.json';

const ROOT = join(__dirname, '..', '..');

/**
 * The code of the last release, ready to run, in a folder of its own. It uses the packages that are installed here.
 * @throws where the clone does not have its commit: without it nothing is tested
 */
export function lastRelease(): string {
  const folder = newFolder('release');
  try {
    const archive = execFileSync('git', ['archive', commit, ...PARTS], { cwd: ROOT, maxBuffer: 1 << 28 });
    execFileSync('tar', ['-x'], { cwd: folder, input: archive });
  } catch (error) {
    throw new Error(`This clone has no commit ${commit}, the last release: run git fetch --unshallow.`, {
      cause: error,
    });
  }
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  execFileSync(process.execPath, [PRISMA, 'generate', '--no-hints'], { cwd: folder, stdio: 'ignore' });
  return folder;
}

const PRISMA = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js');
const PARTS = [
  ...['activities', 'api', 'domain', 'emails', 'messages', 'platform', 'prisma', 'sandbox', 'store', 'worker'],
  ...['workflows', 'package.json', 'prisma.config.ts', 'tsconfig.json'],
];
