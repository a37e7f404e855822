import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { withViews } from '../../docs/generate';
import { UPDATES } from '../../domain/action-facts';
import { ORDER_STATUSES, TRANSITIONS } from '../../domain/order';
import { OUTBOUND_EVENTS } from '../../domain/outbound';
import { PROBLEMS } from '../../domain/problem';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import { savedViews } from '../../messages/views';
import packageJson from '../../package.json';
import { labelsOfMetrics } from '../metrics/registered';
import { PAGES } from './markdown';
import { testNames } from './test-names';

const ROOT = join(__dirname, '..', '..');

const read = (page: string): string => readFileSync(join(ROOT, page), 'utf8');

describe.each(PAGES)('%s', (page) => {
  const text = read(page);

  test('every link leads somewhere', () => {
    const links = [...text.matchAll(/\]\(([^)\s]+)\)/g)].map(([, link]) => link as string);
    for (const link of links.filter((one) => !/^https?:/.test(one))) {
      const [path = '', anchor] = link.split('#');
      const file = path === '' ? page : join(dirname(page), path);
      expect([link, existsSync(join(ROOT, file))]).toEqual([link, true]);
      if (anchor) expect(anchorsOf(read(file))).toContain(anchor);
    }
  });

  test('every command exists', () => {
    const commands = [...text.matchAll(/npm run ([\w:]+)/g)].map(([, command]) => command);
    for (const command of commands) expect(Object.keys(packageJson.scripts)).toContain(command);
  });
});

test('docs/reliability.md shows every promise by tests that exist', () => {
  const promises = read('docs/reliability.md').split(/^## /m)[1] ?? '';
  const rows = promises.split('\n').filter((line) => /^\| [^|]+\. \|/.test(line));
  expect(rows.length).toBeGreaterThan(8);
  for (const row of rows) {
    const links = [...row.matchAll(/\[([^\]]+)\]\(\.\.\/(test\/[\w./-]+\.ts)\)/g)];
    expect([row, links.length > 0]).toEqual([row, true]);
    for (const [, name = '', path = ''] of links) expect([...testNames(join(ROOT, path))]).toContain(name);
  }
});

test('packages/client/README.md shows the plain page of its examples as it is: a storefront in 20 lines', () => {
  const page = read('packages/client/examples/plain/index.html');
  expect(read('packages/client/README.md')).toContain(`\`\`\`html\n${page}\`\`\`\n`);
  expect(page.split('\n').filter((line) => line.trim() !== '')).toHaveLength(20);
});

describe('docs/how-an-order-lives.md', () => {
  const text = read('docs/how-an-order-lives.md');

  test('shows every status, and only transitions that exist', () => {
    const moves = [...text.matchAll(/^ {2}([A-Z]+) --> ([A-Z]+):/gm)].map(([, from, to]) => [from, to]);
    expect(moves.length).toBeGreaterThan(10);
    for (const [from, to] of moves) expect(TRANSITIONS[from as keyof typeof TRANSITIONS]).toContain(to);
    for (const status of ORDER_STATUSES) expect(text).toContain(`| \`${status}\` |`);
  });
});

describe('docs/staff-runbook.md', () => {
  const text = read('docs/staff-runbook.md');

  test('filters by search attributes that exist, and by statuses that do', () => {
    const filters = [...text.matchAll(/^\| [^|]+ \| `([^`]+)`/gm)].map(([, filter]) => filter as string);
    const attributes = Object.values(SEARCH_ATTRIBUTES).map(({ name }) => name);
    const known = [...attributes, 'StartTime', 'ExecutionStatus', 'WorkflowType'];
    const asked = filters
      .filter((filter) => /[=<>]/.test(filter))
      .flatMap((filter) => filter.match(/\w+(?= (?:=|<|>=) )/g));
    expect(asked.length).toBeGreaterThan(8);
    for (const name of asked) expect(known).toContain(name);
    for (const [, status] of text.matchAll(/OrderStatus = '(\w+)'/g)) expect(ORDER_STATUSES).toContain(status);
  });

  test('lists the saved views with their links, as `npm run docs:env` makes them, and links none that names a day', () => {
    expect(text).toBe(withViews(text));
    const views = savedViews(Date.parse('2026-11-26T17:00:00Z'));
    const rows = views.map(({ query }) => text.split('\n').find((line) => line.endsWith(`| \`${query}\` |`)) ?? '');
    const linked = rows.map((row) => /^\| \[(.+)\]\((http.+)\) \|/.exec(row)?.slice(1) ?? []);
    expect(linked.map(([name]) => name)).toEqual(
      views.map(({ name, query }) => (query.includes('StartTime') ? undefined : name)),
    );
    for (const [name, link] of linked)
      if (name && link) expect(new URL(link).searchParams.get('savedQuery')).toBe(name);
  });

  test('tells of every update there is, with data that is JSON', () => {
    const [, table = ''] = /^\| update \| data \|\n((?:\|.*\n)+)/m.exec(text) ?? [];
    for (const name of UPDATES) expect(table).toMatch(new RegExp(`^\\| \`${name}\`[^|]*\\|`, 'm'));
    const data = [...table.matchAll(/`(\{[^`]+\})`/g)].map(([, json]) => json as string);
    expect(data.length).toBeGreaterThan(UPDATES.length);
    for (const json of data) expect(() => JSON.parse(json)).not.toThrow();
  });
});

describe('docs/changing-workflows.md', () => {
  const text = read('docs/changing-workflows.md');

  test('counts as many histories as are recorded', () => {
    const recorded = readdirSync(join(ROOT, 'test/replay/histories')).filter((file) => file.endsWith('.json')).length;
    const counts = [...text.matchAll(/^\d+ of (\d+) histories replay$/gm)].map(([, count]) => Number(count));
    expect(counts.length).toBeGreaterThan(0);
    expect(new Set(counts)).toEqual(new Set([recorded]));
  });

  test('quotes no count of tests, which the next test would make untrue', () => {
    expect(text).not.toMatch(/\d+ (?:passed|skipped|total)/);
  });
});

describe('docs/outbound-events.md', () => {
  test('tells of every type, in the words of the OpenAPI document', () => {
    const rows = [...read('docs/outbound-events.md').matchAll(/^\| `(order\.\w+)` \| (.+?) \| (?:`(\w+)` )?\|$/gm)];
    const told = rows.map(([, type = '', means, about]) => [type, { about: about ?? null, means }]);
    expect(Object.fromEntries(told)).toEqual(OUTBOUND_EVENTS);
  });
});

describe('docs/metrics.md', () => {
  test('tells of every metric of ours, and of no other, with its labels', () => {
    const rows = [...read('docs/metrics.md').matchAll(/^\| `(holdfast_\w+)` \| ([^|]*)\|/gm)].map(
      ([, name = '', labels = '']) => [name, [...labels.matchAll(/`(\w+)`/g)].map(([, label]) => label)],
    );
    expect(Object.fromEntries(rows)).toEqual(Object.fromEntries(labelsOfMetrics()));
  });

  test('names answers that the API gives', () => {
    for (const page of ['docs/metrics.md', 'docs/alerts.md'])
      for (const [, code] of read(page).matchAll(/`(invalid_\w+|unavailable)`/g))
        expect(Object.keys(PROBLEMS)).toContain(code);
  });
});

/** The anchors of a page's headings, as GitHub makes them. */
const anchorsOf = (text: string): string[] =>
  [...text.matchAll(/^#+ (.+)$/gm)].map(([, title]) =>
    (title as string)
      .toLowerCase()
      .replace(/[^\p{L}\p{N} _-]/gu, '')
      .replaceAll(' ', '-'),
  );
