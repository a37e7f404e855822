import { spawn } from 'node:child_process';
import { readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';
import type { Witnessed } from './witness';

/**
 * Runs other tests and returns the traffic between them and the sandbox.
 * @param paths the tests, as arguments for Jest
 */
export async function watchedRun(paths: string[]): Promise<Witnessed> {
  const folder = newFolder('witness');
  try {
    const watch = `--setupFilesAfterEnv=${require.resolve('./watch')}`;
    const output = await jest([watch, '--silent', ...paths], { WITNESS_FOLDER: folder });
    const recorded = readdirSync(folder).map(
      (file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Witnessed,
    );
    const exchanges = recorded.flatMap((witnessed) => witnessed.exchanges);
    if (exchanges.length === 0)
      throw new Error(`The watched tests made no request to Stripe:\n${output.slice(-4_000)}`);
    return { exchanges, events: recorded.flatMap(({ events }) => events) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Ignores whether the tests pass; they are judged where they run by themselves. @returns their output */
async function jest(args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const output: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => output.push(chunk));
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  return Buffer.concat(output).toString();
}
