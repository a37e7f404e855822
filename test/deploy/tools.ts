import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';

export const ROOT = join(__dirname, '..', '..');

export const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Whether a program is on the PATH of this machine. */
export const has = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { stdio: 'ignore' }).error === undefined;

/** A test that needs a program of this machine. Where that is missing, the test is skipped and says so. */
export function testWith(program: string, version: string, name: string, run: () => void): void {
  if (has(program, version)) test(name, run);
  else test.skip(`${name} (skipped: there is no ${program} here)`, () => undefined);
}

/** Whether a program ends well. */
export const succeeds = (program: string, ...args: string[]): boolean =>
  spawnSync(program, args, { cwd: '/', stdio: 'ignore' }).status === 0;

/** Runs a program in the repository and returns what it says. @throws with its words when it fails */
export function run(program: string, args: string[], env: Record<string, string> = {}, input?: string): string {
  return execFileSync(program, args, {
    cwd: ROOT,
    env: { ...process.env, ...env },
    encoding: 'utf8',
    stdio: 'pipe',
    ...(input !== undefined && { input }),
  });
}
