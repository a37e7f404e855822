import { execFileSync } from 'node:child_process';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';
import { commit } from './last-release.json';

const ROOT = join(__dirname, '..', '..');

/**
 * Why the last release cannot be had from `clone`: there is no Git or no repository, it is shallow and its remote does
 * not give the commit, or its history is another one, as in a fork that began anew. Null if it can be had.
 */
export function whyNoRelease(clone = ROOT): string | null {
  if (succeeds(clone, 'cat-file', '-e', `${commit}^{commit}`)) return null;
  if (!succeeds(clone, 'rev-parse', '--git-dir')) return 'there is no Git repository here';
  if (git(clone, 'rev-parse', '--is-shallow-repository').toString().trim() !== 'true')
    return 'the last release is not in the history of this clone';
  return succeeds(clone, 'fetch', '--depth=1', 'origin', commit) ? null : 'this clone has no history';
}

/**
 * The code of the last release, ready to run, in a folder of its own. It uses the packages that are installed here.
 * @throws where the clone does not have its commit: without it nothing is tested
 */
export function lastRelease(): string {
  const folder = newFolder('release');
  try {
    execFileSync('tar', ['-x'], { cwd: folder, input: git(ROOT, 'archive', commit, ...PARTS) });
    symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
    execFileSync(process.execPath, [PRISMA, 'generate', '--no-hints'], { cwd: folder, stdio: 'ignore' });
    return folder;
  } catch (error) {
    rmSync(folder, { recursive: true, force: true });
    throw new Error(`The last release, commit ${commit}, cannot be unpacked from this clone.`, { cause: error });
  }
}

/** Git takes the clone of another user too, as in a container. */
function git(clone: string, ...args: string[]): Buffer {
  const env = { ...process.env, GIT_TERMINAL_PROMPT: '0' };
  return execFileSync('git', ['-c', 'safe.directory=*', ...args], {
    cwd: clone,
    maxBuffer: 1 << 28,
    stdio: 'pipe',
    timeout: 60_000, // a remote may not answer
    env,
  });
}

function succeeds(clone: string, ...args: string[]): boolean {
  try {
    git(clone, ...args);
    return true;
  } catch {
    return false;
  }
}

const PRISMA = join(ROOT, 'node_modules', 'prisma', 'build', 'index.js');
const PARTS = [
  ...['activities', 'api', 'domain', 'emails', 'messages', 'platform', 'prisma', 'sandbox', 'store', 'worker'],
  ...['workflows', 'package.json', 'prisma.config.ts', 'tsconfig.json'],
];
