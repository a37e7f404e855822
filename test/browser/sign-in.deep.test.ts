import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser, BrowserContext, Page } from 'playwright-core';
import { freePort, isBusy } from '../../platform/ports';
import { type Guarded, startGuarded } from '../../sandbox/guard';
import { has, ROOT } from '../deploy/tools';
import { newFolder } from '../support/folder';
import { until } from '../support/until';
import { findChromium, launchChromium } from './chromium';
import { StaffAtTemporal } from './staff-at-temporal';
import type { Order } from './support-desk';
import { startWholeSystem, type WholeSystem } from './whole-system';

/**
 * The sign-in in front of the Temporal UI, started as docs/security.md says: `npm start`, and `npm run signin` beside
 * it. grace is in the group `support`, alan in `readers`, and anybody else in none.
 */

const missing = [...(has('go', 'version') ? [] : ['Go']), ...(findChromium() ? [] : ['Chromium'])];
const describeHere = missing.length === 0 ? describe : describe.skip;

describeHere(
  `the sign-in of the Temporal UI${missing.length > 0 ? ` (skipped: no ${missing.join(', no ')} here)` : ''}`,
  () => {
    let system: WholeSystem;
    let signIn: Guarded;
    let browser: Browser;
    let support: string;
    let readers: string;
    let order: Order;
    let grace: BrowserContext;
    let alan: BrowserContext;

    beforeAll(async () => {
      [system, browser] = await Promise.all([
        startWholeSystem({ RECONCILE_INTERVAL_SECONDS: '3600' }),
        launchChromium(),
      ]);
      const first = await portsInARow(PORTS);
      [support, readers] = [`http://localhost:${first}`, `http://localhost:${first + 1}`];
      const log = join(newFolder('sign-in'), 'log');
      signIn = await startGuarded('npm', ['run', 'signin'], {
        log,
        cwd: ROOT,
        stopSignal: 'SIGINT',
        env: { ...process.env, DATA_DIR: system.folder, SIGN_IN_PORT: String(first) },
      });
      let ended = false;
      void signIn.exited.then(() => {
        ended = true;
      });
      [order] = await Promise.all([
        paid(),
        until(async () => {
          const said = readFileSync(log, 'utf8');
          if (ended) throw new Error(`npm run signin ended:\n${said}`);
          return said.includes('Ctrl-C stops everything.');
        }, 'the sign-in to be ready'),
      ]);
      [grace, alan] = await Promise.all([signedIn('grace', support), signedIn('alan', readers)]);
    });
    afterAll(async () => {
      await browser?.close();
      await signIn?.stop();
      await system?.stop();
    });

    async function paid(): Promise<Order> {
      const answer = await fetch(`${system.env.PUBLIC_URL}/checkout`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ items: [{ sku: 'STONE-VASE', quantity: 1 }] }),
      });
      const { sessionId } = (await answer.json()) as { sessionId: string };
      await system.atStripe(`/sessions/${sessionId}/pay`, { email: 'ada@example.com', name: 'Ada', wait: true });
      return until(async () => {
        const { body } = await system.staff('GET', `/admin/orders/${sessionId}`);
        return body.status === 'PREPARING' && (body as unknown as Order);
      }, 'the order to be paid');
    }

    /** A browser of somebody who has signed in at the provider. */
    async function signedIn(name: string, at: string): Promise<BrowserContext> {
      const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
      const page = await context.newPage();
      await page.goto(at);
      await page.locator('input[name=login]').fill(name);
      await page.locator('input[name=password]').fill('any');
      await page.getByRole('button', { name: 'Sign-in' }).click();
      await page.getByRole('button', { name: 'Continue' }).click();
      await page.waitForURL(`${at}/**`);
      await page.close();
      return context;
    }

    const status = async (url: string, headers: Record<string, string> = {}) =>
      (await fetch(url, { headers, redirect: 'manual' })).status;

    /** A request of the UI's own API, as its page sends it. */
    async function ask(context: BrowserContext, at: string, path: string, method = 'POST', data: object = {}) {
      await context.request.get(`${at}/api/v1/settings`); // sets the cookie that the header repeats
      const cookies = await context.cookies(at);
      const token = cookies.find((one) => one.name === '_csrf')?.value ?? '';
      const url = `${at}/api/v1/namespaces/default/${path}`;
      return context.request.fetch(url, { method, headers: { 'x-csrf-token': token }, data });
    }

    async function orderPage(context: BrowserContext, at: string): Promise<Page> {
      const page = await context.newPage();
      await page.goto(`${at}/namespaces/default/workflows/${order.sessionId}`);
      return page;
    }

    test('leads a visitor to the provider, answers the API 401, and believes no header', async () => {
      for (const at of [support, readers]) {
        for (const path of ['/', '/namespaces/default/workflows', '/staff', '/staff/orders/1001']) {
          const answer = await fetch(`${at}${path}`, { redirect: 'manual' });
          expect([path, answer.status]).toEqual([path, 302]);
          expect(answer.headers.get('location')).toMatch(/^http:\/\/localhost:\d+\/auth\?.*code_challenge/);
        }
        expect(await status(`${at}/api/v1/namespaces`)).toBe(401);
        for (const headers of forged(at))
          expect([headers, [401, 302].includes(await status(`${at}/api/v1/namespaces`, headers))]).toEqual([
            headers,
            true,
          ]);
        const { location } = Object.fromEntries(
          (await fetch(`${at}/oauth2/sign_out?rd=https://elsewhere.example/`, { redirect: 'manual' })).headers,
        );
        expect(location).toBe('/'); // and nobody away from here
      }
    });

    test('lets support send an update by the UI’s form, and disables what no ticket needs', async () => {
      const page = await orderPage(grace, support);
      const staff = new StaffAtTemporal(page);
      expect(await staff.readUntil('It waits for staff to ship it.')).toContain(order.number);
      await staff.fillIn('hold', { reason: 'address' });
      await staff.submit();
      await staff.readUntil('on hold');
      expect((await system.staff('GET', `/admin/orders/${order.number}`)).body.hold).toMatchObject({
        reason: 'address',
      });
      await page.getByRole('button', { name: 'More Actions' }).click();
      await page.getByRole('menuitem', { name: 'Send an Update' }).waitFor();
      const offered = await page
        .getByRole('menuitem')
        .evaluateAll((all) =>
          all.filter((one) => !one.matches('[disabled], [aria-disabled="true"]')).map((one) => one.textContent?.trim()),
        );
      expect(offered).toEqual(['Send an Update']);
      await page.goto(`${support}/staff`);
      await page.getByLabel('Staff token').fill(system.env.ADMIN_TOKEN as string);
      await page.getByRole('button', { name: 'Sign in' }).click();
      await page.getByRole('link', { name: 'On hold' }).click();
      await page.getByText(`Order ${order.number}`).waitFor();
      await page.close();
    });

    test('shows readers an order, and refuses whatever would change something, however it is spelled', async () => {
      const page = await orderPage(alan, readers);
      expect(await new StaffAtTemporal(page).readUntil('PREPARING')).toContain(order.number);
      expect(await page.getByRole('button', { name: 'More Actions' }).isEnabled()).toBe(false);
      await page.close();
      const run = `workflows/${order.sessionId}`;
      const hidden = '%2Fworkflows%2Fx%2Fquery%2Fx';
      const mutations: [path: string, method?: string, data?: object][] = [
        [
          `${run}/update/release`,
          'POST',
          { waitPolicy: DONE, request: { meta: { updateId: 'by-hand' }, input: { name: 'release' } } },
        ],
        [`${run}/cancel`],
        [`${run}/terminate`],
        [`${run}/reset`],
        [`${run}/signal/look`],
        [`${run}/pause`],
        ['workflows/other'],
        [`batch-operations/x`],
        ['schedules/x'],
        ['schedules/reconcile', 'DELETE'],
        ['schedules/reconcile', 'PUT'],
        ['schedules/reconcile/patch'],
        [`workflows/x${hidden}`, 'POST', { workflowType: { name: 'reconcile' }, taskQueue: { name: 'orders' } }],
        [`batch-operations/x${hidden}`],
        [`schedules/x${hidden}`],
        [`${run}/signal/x${hidden}`],
        [`${run}/cancel?/workflows/x/query/x`],
        [`${run}/query/../cancel`],
      ];
      for (const [path, method, data] of mutations) {
        const answer = await ask(alan, readers, path, method, data);
        expect([path, method, answer.status()]).toEqual([path, method, 405]);
      }
      expect((await ask(alan, readers, `${run}/query/state`, 'POST', { query: { queryType: 'state' } })).status()).toBe(
        200,
      );
      const { body } = await system.staff('GET', `/admin/orders/${order.number}`);
      expect(body).toMatchObject({ status: 'PREPARING', hold: { reason: 'address' } });
      // The very request that is refused to readers is one that support may send.
      const [release] = mutations as [[string, string, object]];
      const released = await ask(grace, support, ...release);
      expect([released.status(), await released.text()]).toEqual([200, expect.stringContaining('outcome')]);
      await until(async () => (await system.staff('GET', `/admin/orders/${order.number}`)).body.hold === null);
    });

    test('has no pages of support for readers, and none at all for those who are in no group', async () => {
      expect((await alan.request.get(`${support}/api/v1/namespaces`)).status()).toBe(401);
      const elsewhere = await alan.newPage();
      await elsewhere.goto(`${support}/staff`); // the provider knows him already
      await elsewhere.getByText('403').first().waitFor();
      expect((await alan.request.get(`${support}/api/v1/namespaces`)).status()).toBe(401);
      expect(await (await alan.request.get(`${readers}/staff`)).text()).not.toContain('Staff token');
      await elsewhere.close();
      for (const at of [support, readers]) {
        const nobody = await browser.newContext();
        const page = await nobody.newPage();
        await page.goto(at);
        await page.locator('input[name=login]').fill('mallory');
        await page.locator('input[name=password]').fill('any');
        await page.getByRole('button', { name: 'Sign-in' }).click();
        await page.getByRole('button', { name: 'Continue' }).click();
        await page.getByText('403').first().waitFor();
        expect((await nobody.request.get(`${at}/api/v1/namespaces`)).status()).toBe(401);
        await nobody.close();
      }
    });

    test('signs out', async () => {
      expect((await grace.request.get(`${support}/api/v1/namespaces`)).status()).toBe(200);
      await grace.request.get(`${support}/oauth2/sign_out`, { maxRedirects: 0 });
      expect((await grace.request.get(`${support}/api/v1/namespaces`)).status()).toBe(401);
      expect((await grace.request.get(`${support}/staff`, { maxRedirects: 0 })).status()).toBe(302);
    });
  },
);

const DONE = { lifecycleStage: 'UPDATE_WORKFLOW_EXECUTION_LIFECYCLE_STAGE_COMPLETED' };

/** What `npm run signin` takes, from the first on. */
const PORTS = 8;

async function portsInARow(count: number): Promise<number> {
  for (;;) {
    const first = await freePort();
    const busy = await Promise.all(Array.from({ length: count }, (_, n) => isBusy(first + n)));
    if (!busy.includes(true)) return first;
  }
}

/** What a proxy would set for somebody who is signed in, or what would make the way in look like an open one. */
const forged = (at: string): Record<string, string>[] => [
  { 'x-forwarded-user': 'grace', 'x-forwarded-email': 'grace@shop.example', 'x-forwarded-groups': 'support' },
  { 'x-auth-request-user': 'grace', 'x-auth-request-groups': 'support' },
  { authorization: `Bearer ${'x'.repeat(40)}` },
  { authorization: `Basic ${Buffer.from('grace:any').toString('base64')}` },
  { 'x-forwarded-uri': '/ping', 'x-original-url': '/ping', 'x-forwarded-for': '127.0.0.1' },
  { cookie: `_holdfast_${new URL(at).port}=eyJlbWFpbCI6ImdyYWNlIn0=|1|x` },
];
