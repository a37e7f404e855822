import { execFile } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { builtinModules } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import packageJson from '../../package.json';
import { freePort } from '../../platform/ports';
import { type Guarded, startGuarded } from '../../sandbox/guard';
import { type StripeSandbox, startStripeSandbox } from '../../sandbox/stripe/http/server';
import { createTestDatabase, type TestDatabase } from '../support/database';
import { until } from '../support/launched';
import { type DevServer, startDevServer } from '../support/temporal';
import { has, ROOT, read, run, succeeds, testWith } from './tools';

// The image without a container: built by the script that its Dockerfile runs, laid out as its last stage says, owned
// by another user than the one it runs as where there is one who can, and asked for each of its commands.

const execute = promisify(execFile);

const KEY = 'sk_test_image';
/** Runs a program as `nobody` of Debian, which only root can. */
const NOBODY: [string, ...string[]] = ['setpriv', '--reuid', '65534', '--regid', '65534', '--clear-groups'];
/** Nobody else reaches a clone, or a Node, that lies in somebody's home. */
const asNobody =
  process.getuid?.() === 0 &&
  has('setpriv', '--version') &&
  [`test -r '${join(ROOT, 'node_modules', 'express', 'package.json')}'`, 'node --version'].every((needed) =>
    succeeds(...NOBODY, 'sh', '-c', needed),
  );

let folder: string;
let app: string;
let dist: string;
let env: Record<string, string>;
let database: TestDatabase;
let temporal: DevServer;
let stripe: StripeSandbox;
const started: Guarded[] = [];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'holdfast-image-'));
  chmodSync(folder, 0o755);
  app = join(folder, 'app');
  dist = join(folder, 'dist');
  build();
  layOut();
  [database, temporal, stripe] = await Promise.all([
    createTestDatabase(),
    startDevServer(),
    startStripeSandbox({ port: 0, dataDir: join(folder, 'stripe'), secretKey: KEY }),
  ]);
  const [port, workerPort] = [await freePort(), await freePort()].map(String) as [string, string];
  env = {
    PATH: process.env.PATH ?? '',
    HOME: '/nonexistent',
    ...Object.fromEntries(
      [...read('Dockerfile').matchAll(/(\w+)=(\S+)/g)]
        .filter(([, name]) => name === 'NODE_ENV')
        .map(([, name, value]) => [name, value]),
    ),
    ...{ PORT: port, WORKER_PORT: workerPort, PUBLIC_URL: `http://127.0.0.1:${port}` },
    ...{ DATABASE_URL: database.url, TEMPORAL_ADDRESS: temporal.address, TEMPORAL_NAMESPACE: 'image' },
    ...{ STRIPE_SECRET_KEY: KEY, STRIPE_API_BASE: stripe.url, STRIPE_WEBHOOK_SECRET: `whsec_${'i'.repeat(32)}` },
    ...{ RESEND_API_KEY: 're_image', RESEND_BASE_URL: 'http://127.0.0.1:1' },
    ...{ EMAIL_FROM: 'shop@example.com', STAFF_EMAIL: 'staff@example.com' },
    ...{ ADMIN_TOKEN: 'admin-token-of-the-image', SIGNING_SECRET: 'signing-secret-of-the-image-in-tests' },
  };
}, 300_000);
afterAll(async () => {
  for (const part of started) await part.stop();
  await stripe?.close();
  await temporal?.stop();
  await database?.drop();
  rmSync(folder, { recursive: true, force: true });
});

/** `npm run build` into a folder of its own: what is in the clone's `dist` is served by other tests meanwhile. */
function build(): void {
  const elsewhere = packageJson.scripts.build
    .replaceAll("'dist/", `'${dist}/`)
    .replace('tsc -p tsconfig.build.json', `$& --outDir '${dist}'`)
    .replace('vite build storefront', `$& --outDir '${join(dist, 'storefront')}'`);
  if (elsewhere.split(dist).length !== 5) throw new Error(`This build would write elsewhere too: ${elsewhere}`);
  run('npm', ['exec', '-c', elsewhere]);
}

/** Copies what the last stage of the Dockerfile copies. Its node_modules is that of the repository. */
function layOut(): void {
  const [, last = ''] = read('Dockerfile').split(/\nFROM (?!.* AS )/);
  for (const [, from, sources = '', target = ''] of last.matchAll(/^COPY (--from=\w+ )?(.+) (\S+)$/gm)) {
    if (from?.includes('dependencies')) continue;
    for (const source of sources.split(' ')) {
      const path = source.replace('/app/', '');
      const to = join(app, target === './' ? path : target);
      mkdirSync(join(to, '..'), { recursive: true });
      cpSync(path === 'dist' ? dist : join(ROOT, path), to, { recursive: true });
    }
  }
  symlinkSync(join(ROOT, 'node_modules'), join(app, 'node_modules'));
}

const commandLine = (...args: string[]): [string, string[]] => {
  const [program = '', ...rest] = [...(asNobody ? NOBODY : []), join(app, 'docker', 'holdfast'), ...args];
  return [program, rest];
};

/** Runs a command of the image to its end. Not by `spawnSync`, which would stop the sandbox as well. */
async function holdfast(...args: string[]): Promise<{ status: number; says: string }> {
  const [program, rest] = commandLine(...args);
  try {
    const { stdout } = await execute(program, rest, { cwd: app, env });
    return { status: 0, says: stdout.trim() };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, says: `${stdout}${stderr}`.trim() };
  }
}

async function start(...args: string[]): Promise<Guarded> {
  const [program, rest] = commandLine(...args);
  const part = await startGuarded(program, rest, { cwd: app, env, log: join(folder, `${args[0] ?? 'default'}.log`) });
  started.push(part);
  return part;
}

/** Every file of the image with its time of change. */
const files = (): string[] =>
  readdirSync(app, { recursive: true, encoding: 'utf8' })
    .filter((path) => !path.startsWith('node_modules'))
    .map((path) => `${path} ${statSync(join(app, path)).mtimeMs}`);

const who = asNobody ? 'as another user, with nothing to write to' : 'as this user, since no other reaches the clone';
test(`every command works ${who}`, async () => {
  const before = files();
  const done = (status: number | null, says: string) => ({ status, says: expect.stringContaining(says) });
  expect(await holdfast('migrate')).toEqual({ status: 0, says: 'The database was at the current schema already.' });
  expect(await holdfast('temporal-setup')).toEqual(done(0, 'The Schedule of sweeps is set to every 300 s.'));
  expect(await holdfast('seed')).toEqual(expect.objectContaining({ status: 0 }));
  expect(await holdfast('stripe-setup')).toEqual(done(0, 'Products and prices'));
  expect((await holdfast('replay')).says).toMatch(/^(\d+) of \1 histories replay$/);
  expect(await holdfast('node', '--version')).toEqual({ status: 0, says: process.version });

  const [api, worker] = [await start(), await start('worker')];
  const ready = (port: string | undefined) => () =>
    fetch(`http://127.0.0.1:${port}/readyz`).then(
      ({ ok }) => ok,
      () => false,
    );
  await until('the API', ready(env.PORT), 120_000);
  await until('the worker', ready(env.WORKER_PORT), 120_000);
  const { data } = (await (await fetch(`${env.PUBLIC_URL}/products`)).json()) as { data: { sku: string }[] };
  const answer = await fetch(`${env.PUBLIC_URL}/checkout`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ items: [{ sku: data[0]?.sku, quantity: 1 }] }),
  });
  expect(answer.status).toBe(201);
  await execute('node', ['-e', healthCheck()], { env });
  expect([await api.stop(), await worker.stop()]).toEqual([
    { code: 0, signal: null },
    { code: 0, signal: null },
  ]);
  expect(files()).toEqual(before);
}, 300_000);

/** The program of the image's HEALTHCHECK. */
function healthCheck(): string {
  const [, list] = read('Dockerfile').match(/^ {2}CMD (\[.+\])$/m) as RegExpMatchArray;
  return (JSON.parse(list as string) as string[])[2] as string;
}

test('the compiled code needs only what is installed without the development packages', () => {
  const own = new Set([...Object.keys(packageJson.dependencies), ...builtinModules]);
  const needed = new Map<string, string>();
  for (const path of readdirSync(dist, { recursive: true, encoding: 'utf8' })) {
    if (!path.endsWith('.js') || path.startsWith('storefront') || path.includes('workflow-bundle')) continue;
    for (const [, name = ''] of readFileSync(join(dist, path), 'utf8').matchAll(/\brequire\("([^".][^"]*)"\)/g))
      needed.set(name.replace(/^(@[^/]+\/[^/]+|[^@/][^/]*).*$/, '$1'), path);
  }
  expect(needed.size).toBeGreaterThan(15);
  const missing = [...needed].filter(([name]) => !name.startsWith('node:') && !own.has(name));
  expect(missing).toEqual([]);
});

test('the bill of materials names every package that runs, and none of the development’s', () => {
  const { bomFormat, components } = JSON.parse(run('npm', ['run', '--silent', 'sbom'])) as {
    bomFormat: string;
    components: { 'bom-ref': string; name: string }[];
  };
  expect(bomFormat).toBe('CycloneDX');
  const names = new Set(components.map((one) => one['bom-ref'].replace(/@[^@]*$/, '')));
  for (const name of Object.keys(packageJson.dependencies)) expect(names).toContain(name);
  for (const name of ['jest', '@biomejs/biome', 'knip']) expect(names).not.toContain(name);
});

testWith('hadolint', '--version', 'hadolint has nothing against the Dockerfile', () => {
  expect(run('hadolint', ['--failure-threshold', 'warning', 'Dockerfile'])).not.toMatch(/error|warning/);
});

for (const SITE_ADDRESS of [':3000', 'api.example.com, :3000'])
  testWith('caddy', 'version', `Caddy accepts the configuration of the proxy at ${SITE_ADDRESS}`, () => {
    run('caddy', ['validate', '--adapter', 'caddyfile', '--config', 'docker/Caddyfile'], {
      SITE_ADDRESS,
      HOME: folder,
    });
  });

testWith('promtool', '--version', 'Prometheus accepts its configuration', () => {
  expect(run('promtool', ['check', 'config', 'ops/prometheus/prometheus.yml'])).toContain('SUCCESS');
});
