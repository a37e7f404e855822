import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUBSCRIBED_TYPES } from '../../domain/events';
import { testNames } from './test-names';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| `[a-z_.]+` \|/.test(line));
const cells = (row: string): string[] => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));

test('docs/events.md lists exactly the subscribed events', () => {
  const listed = rows.map((row) => cells(row)[0]?.replaceAll('`', ''));
  expect(listed).toEqual(expect.arrayContaining(SUBSCRIBED_TYPES));
  expect(listed).toHaveLength(SUBSCRIBED_TYPES.length);
});

test('every row has an effect for each state, and a test that shows it', () => {
  for (const row of rows) {
    expect(cells(row).filter((cell) => cell.trim() === '')).toEqual([]);
    expect(cells(row).at(-1)).toMatch(/^`test\/.+`$/);
  }
});

const shown = [...page.matchAll(/`(test\/[\w./-]+\.ts) › ((?:``|[^`])+)`/g)];

test.each(shown.map(([, file = '', name = '']) => [file, name.replaceAll('``', '`')]))(
  '%s has the test “%s”',
  (file, name) => {
    const path = join(ROOT, file);
    expect(existsSync(path)).toBe(true);
    expect([...testNames(path)]).toContain(name);
  },
);
