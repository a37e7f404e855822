import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import type { z } from 'zod';
import { adminRoutes } from '../../api/admin';
import type { ApiDeps } from '../../api/deps';
import type { UpdateAction } from '../../domain/action-facts';
import * as requests from '../../workflows/order/requests';

const DOCS = join(__dirname, '../../docs');
const page = readFileSync(join(DOCS, 'support-tickets.md'), 'utf8');
const tickets = page.split(/^## (?=\d+\. )/m).slice(1);

test('there are fourteen tickets, and the table at the top leads to each', () => {
  const titles = tickets.map((ticket) => ticket.split('\n')[0]);
  expect(titles.map((title) => Number.parseInt(title ?? '', 10))).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
  const [, table = ''] = /^\| the customer says.*\n((?:\|.*\n)+)/m.exec(page) ?? [];
  const linked = [...table.matchAll(/\[(\d+)\]\(#\1-/g)].map(([, number]) => Number(number));
  expect(linked).toEqual(Array.from({ length: 14 }, (_, i) => i + 1));
});

test.each(tickets.map((ticket) => [ticket.split('\n')[0], ticket]))(
  '%s: what to say, how to see that it worked, and how to practise it',
  (_, ticket) => {
    expect(ticket).toMatch(/^Say.*:\n\n> \S/m);
    expect(ticket).toMatch(/^It worked when /m);
    expect(ticket).toMatch(/^Practise: /m);
  },
);

/** What checks the data of each update that takes any. */
const CHECKS: Partial<Record<UpdateAction, (data: never) => void>> = {
  ship: requests.checkShip,
  hold: requests.checkHold,
  cancel: requests.checkCancel,
  refund: (data) => requests.checkRefund(data, 'eur'),
  return: (data) => requests.checkReturn(data, 'eur'),
  replace: requests.checkReplace,
  resolve: requests.checkResolve,
};

test('every block to paste is data that its update takes', () => {
  const prose = page.replaceAll(/```sh\n[\s\S]+?```/g, '');
  const parts = [...prose.matchAll(/`(\{[^`]+\})`|```json\n\s*(.+?)\n\s*```|`(\w+)`/g)];
  const taken = new Set<string>();
  let update: UpdateAction | null = null;
  for (const [, inline, block, word] of parts) {
    if (word !== undefined && word in CHECKS) update = word as UpdateAction;
    const data = block ?? inline;
    if (data === undefined || update === null) continue;
    expect(`${update} ${data}: ${refusalOf(update, data)}`).toBe(`${update} ${data}: taken`);
    taken.add(update);
  }
  expect([...taken].sort()).toEqual(Object.keys(CHECKS).sort());
});

test('every request to the API is one that it takes', () => {
  const routes = adminRoutes(new Proxy({}, { get: () => ({}) }) as ApiDeps);
  const sent = [...page.matchAll(/admin (GET|POST|PUT|DELETE) '?([^\s'`?]+)(.*)/g)];
  expect(sent.length).toBeGreaterThan(25);
  for (const [request, method = '', path = '', rest = ''] of sent) {
    const route = routes.find(
      (one) => one.method === method.toLowerCase() && patternOf(one.path).test(`/admin/${path}`),
    );
    expect([request, route?.path]).toEqual([request, expect.any(String)]);
    const [, body] = /-d '(\{.*\})'/.exec(rest) ?? [];
    const schema = route?.body as z.ZodType | undefined;
    if (body !== undefined) expect([request, schema?.safeParse(JSON.parse(body)).error]).toEqual([request, undefined]);
    const keyed = route?.headers as z.ZodType | undefined;
    const headers = /Idempotency-Key: ([^']+)'/.exec(rest);
    const given = headers ? { 'idempotency-key': headers[1] } : {};
    if (keyed) expect([request, keyed.safeParse(given).error]).toEqual([request, undefined]);
  }
});

test('its pictures are shown, and small', () => {
  const shown = [...page.matchAll(/\(staff-pictures\/([\w-]+\.png)\)/g)].map(([, name]) => name as string);
  expect(shown.sort()).toEqual(readdirSync(join(DOCS, 'staff-pictures')).sort());
  for (const name of shown) expect(statSync(join(DOCS, 'staff-pictures', name)).size).toBeLessThan(80_000);
});

function refusalOf(update: UpdateAction, data: string): string {
  try {
    CHECKS[update]?.(JSON.parse(data) as never);
    return 'taken';
  } catch (error) {
    return String(error);
  }
}

/** `/admin/orders/{ref}` as a pattern of the paths that it serves. */
const patternOf = (path: string): RegExp => new RegExp(`^${path.replaceAll(/\{\w+\}/g, '[^/]+')}$`);
