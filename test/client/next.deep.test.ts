import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { freePort } from '../../platform/ports';
import { type Guarded, startGuarded } from '../../sandbox/guard';
import { startWholeSystem, type WholeSystem } from '../browser/whole-system';
import { newFolder } from '../support/folder';
import { until } from '../support/until';

const run = promisify(execFile);
const ROOT = join(__dirname, '../..');
const EXAMPLE = join(ROOT, 'packages/client/examples/next');
const PACKAGE = join(ROOT, 'packages/client');
const STOREFRONT_KEY = 'storefront-key-of-the-shop-on-next';

/** The example as a shop of its own: with Next.js, which nothing else here installs, and the built client. */
let folder: string;
let next: Guarded;
let url: string;
let system: WholeSystem;

beforeAll(async () => {
  folder = newFolder('next');
  await installShop();
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  system = await startWholeSystem({ STOREFRONT_URL: url, STOREFRONT_KEYS: `next:${STOREFRONT_KEY}` });
  const env = { ...ENVIRONMENT, HOLDFAST_URL: system.env.PUBLIC_URL, STOREFRONT_KEY };
  const args = ['start', '--hostname', '127.0.0.1', '--port', String(port)];
  next = await startGuarded(process.execPath, [NEXT(), ...args], { cwd: folder, env, log: join(folder, 'next.log') });
  await until(() =>
    fetch(url).then(
      () => true,
      () => false,
    ),
  );
});
afterAll(async () => {
  await next?.stop();
  await system?.stop();
  if (folder) rmSync(folder, { recursive: true, force: true });
});

const NEXT = () => join(folder, 'node_modules/next/dist/bin/next');
const ENVIRONMENT = {
  ...{ PATH: process.env.PATH, HOME: process.env.HOME, NODE_ENV: 'production' as const },
  NEXT_TELEMETRY_DISABLED: '1',
};

async function installShop(): Promise<void> {
  for (const name of ['app', 'lib', 'tsconfig.json'])
    cpSync(join(EXAMPLE, name), join(folder, name), { recursive: true });
  for (const name of ['package.json', 'package-lock.json']) cpSync(join(__dirname, 'next', name), join(folder, name));
  await run('npm', ['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--include=dev'], { cwd: folder });
  const client = join(folder, 'node_modules/@holdfast/client');
  mkdirSync(client, { recursive: true });
  cpSync(join(PACKAGE, 'package.json'), join(client, 'package.json'));
  const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
  await run(process.execPath, [tsc, '-p', join(PACKAGE, 'tsconfig.build.json'), '--outDir', join(client, 'dist')]);
  await run(process.execPath, [NEXT(), 'build'], { cwd: folder, env: ENVIRONMENT });
}

const checkout = async (sku: string, key: string) => {
  const body = JSON.stringify({ items: [{ sku, quantity: 1 }], key });
  const headers = { 'content-type': 'application/json', 'x-real-ip': '203.0.113.7' };
  const answer = await fetch(`${url}/api/checkout`, { method: 'POST', headers, body });
  return { status: answer.status, body: (await answer.json()) as { next: string } };
};
const page = async (id: string) => (await fetch(`${url}/success?session_id=${id}`)).text();

test('the example is built by Next.js, opens a checkout, and shows the order, rendered on the server', async () => {
  const { body } = await checkout('FRESH-LONGER', 'key-1');
  expect((await checkout('FRESH-LONGER', 'key-1')).body).toEqual(body);
  const id = /cs_[A-Za-z0-9_]+/.exec(body.next)?.[0] ?? '';
  expect(await page(id)).toMatch(/<html lang="en">.*http-equiv="refresh".*<h1>Confirming your payment<\/h1>/is);
  await system.atStripe(`/sessions/${id}/pay`, { email: 'ada@example.com', wait: true });
  const paid = await until(async () => {
    const html = await page(id);
    return html.includes('<h1>Complete, thank you</h1>') && html;
  });
  expect(paid).not.toMatch(/http-equiv="refresh"/i);
  const [, download = ''] = /href="([^"]+\/downloads\/[^"]+)"/.exec(paid) ?? [];
  const file = await fetch(download);
  expect([file.status, file.headers.get('content-type')]).toEqual([200, 'application/pdf']);
  await file.body?.cancel();
  expect((await checkout('FRESH-LONGER', 'key-1')).body.next).toBe(`/success?session_id=${id}`);
  expect(await page('cs_test_nobody')).toContain('<h1>There is no such order</h1>');
  expect(await checkout('SOLD-NEVER', 'key-2')).toEqual({
    status: 404,
    body: { code: 'unknown_sku', skus: ['SOLD-NEVER'] },
  });
});
