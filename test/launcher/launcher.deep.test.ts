import { type ChildProcess, spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { savedViews } from '../../messages/views';
import { freePort } from '../../platform/ports';
import { commandLine } from '../../sandbox/processes';
import { descendantsOf, environmentOf, newDataDir, survivors, until } from '../support/launched';

const ROOT = join(__dirname, '..', '..');

let dataDir: string;
let port: number;
let npm: ChildProcess | undefined;
let output: string;

beforeEach(async () => {
  dataDir = newDataDir();
  port = await freePort();
});
afterEach(async () => {
  if (npm && npm.exitCode === null && npm.signalCode === null) {
    process.kill(-(npm.pid as number), 'SIGINT');
    await exited(npm);
  }
  rmSync(dataDir, { recursive: true, force: true });
});

/** Runs `npm start` as a person would, and waits until it is ready. */
async function start(): Promise<Record<string, string>> {
  output = '';
  const { PATH, HOME } = process.env;
  const env = { PATH, HOME, DATA_DIR: dataDir, PORT: String(port), WORKER_PORT: String(await freePort()) };
  npm = spawn('npm', ['start'], {
    cwd: ROOT,
    env: env as NodeJS.ProcessEnv,
    stdio: ['ignore', 'pipe', 'pipe'],
    detached: true,
  });
  for (const stream of [npm.stdout, npm.stderr])
    stream?.setEncoding('utf8').on('data', (text: string) => (output += text));
  const file = join(dataDir, 'services.env');
  await until(
    'services.env',
    () => {
      if (npm?.exitCode !== null) throw new Error(`npm start ended:\n${output}`);
      return existsSync(file);
    },
    150_000,
  );
  return environmentOf(readFileSync(file, 'utf8'));
}

const exited = (child: ChildProcess) =>
  child.exitCode !== null
    ? Promise.resolve(child.exitCode)
    : new Promise<number | null>((resolve) => child.once('exit', resolve));

const below = () => descendantsOf(npm?.pid as number);

const processNamed = (text: string) => below().find((pid) => commandLine(pid).includes(text)) as number;

test('starts everything and prints the addresses, Ctrl-C stops it all, and a second start has the same addresses', async () => {
  const first = await start();
  expect(first).toMatchObject({ PUBLIC_URL: `http://localhost:${port}`, DATABASE_URL: expect.any(String) });
  expect(first.ADMIN_TOKEN).toMatch(/^[0-9a-f]{48}$/);
  for (const address of [first.PUBLIC_URL, `${first.PUBLIC_URL}/docs`, first.TEMPORAL_UI_URL, first.OUTBOX_URL]) {
    expect((await fetch(address as string)).status).toBe(200);
    expect(output).toContain(address);
  }
  expect(output).toContain(first.ADMIN_TOKEN);
  const printed = output.match(/http\S+savedQuery=\S+/g) ?? [];
  expect(printed.map((link) => [link.split('/namespaces/')[0], new URL(link).searchParams.get('savedQuery')])).toEqual(
    savedViews(0).map(({ name }) => [first.TEMPORAL_UI_URL, name]),
  );
  expect(output.indexOf('savedQuery')).toBeLessThan(output.indexOf('Admin token')); // the addresses are seen first
  const { data } = (await (await fetch(`${first.PUBLIC_URL}/products`)).json()) as { data: unknown[] };
  expect(data.length).toBeGreaterThan(0);

  const everything = below();
  process.kill(-(npm?.pid as number), 'SIGINT');
  expect(await exited(npm as ChildProcess)).toBe(0);
  expect(survivors(everything)).toEqual([]);
  expect(existsSync(join(dataDir, 'services.env'))).toBe(false);

  expect(await start()).toEqual(first);
});

test('a killed worker ends the run, and the message names it', async () => {
  await start();
  const everything = below();
  process.kill(processNamed('worker/main.ts'), 'SIGKILL');
  expect(await exited(npm as ChildProcess)).toBe(1);
  expect(output).toContain('The worker was killed (SIGKILL). The last lines of');
  expect(survivors(everything)).toEqual([]);
});

test.each([
  ['npm', () => npm?.pid as number],
  ['the launcher', () => processNamed('sandbox/launcher.ts')],
])('nothing outlives a kill -9 of %s', async (_whom, victim) => {
  await start();
  const everything = below();
  process.kill(victim(), 'SIGKILL');
  await until('everything has stopped', () => survivors(everything).length === 0, 60_000);
  expect(existsSync(join(dataDir, 'services.env'))).toBe(false);
});
