import { spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Witnessed } from './witness';

/**
 * Runs other tests and tells what passed between them and Stripe's sandbox.
 * @param paths the tests, as Jest takes them
 */
export async function watchedRun(paths: string[]): Promise<Witnessed> {
  const folder = mkdtempSync(join(tmpdir(), 'holdfast-witness-'));
  try {
    const watch = `--setupFilesAfterEnv=${require.resolve('./watch')}`;
    const said = await jest([watch, '--silent', ...paths], { WITNESS_FOLDER: folder });
    const kept = readdirSync(folder).map((file) => JSON.parse(readFileSync(join(folder, file), 'utf8')) as Witnessed);
    const exchanges = kept.flatMap((witnessed) => witnessed.exchanges);
    if (exchanges.length === 0) throw new Error(`The watched tests asked nothing of Stripe:\n${said.slice(-4_000)}`);
    return { exchanges, events: kept.flatMap(({ events }) => events) };
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** Whether the tests pass is theirs to say where they are run for themselves; here only what they say is of use. */
async function jest(args: string[], env: Record<string, string>): Promise<string> {
  const child = spawn(process.execPath, [require.resolve('jest/bin/jest'), ...args], {
    env: { ...process.env, ...env },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  const said: Buffer[] = [];
  child.stderr.on('data', (chunk: Buffer) => said.push(chunk));
  await new Promise((resolve, reject) => child.once('close', resolve).once('error', reject));
  return Buffer.concat(said).toString();
}
