import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { SUBSCRIBED_TYPES } from '../../domain/events';

const ROOT = join(__dirname, '..', '..');
const page = readFileSync(join(ROOT, 'docs/events.md'), 'utf8');
const rows = page.split('\n').filter((line) => /^\| `[a-z_.]+` \|/.test(line));
const cells = (row: string): string[] => row.split(' | ').map((cell) => cell.replace(/^\| | \|$/g, ''));

test('lists exactly the events that are subscribed to', () => {
  const listed = rows.map((row) => cells(row)[0]?.replaceAll('`', ''));
  expect(listed).toEqual(expect.arrayContaining(SUBSCRIBED_TYPES));
  expect(listed).toHaveLength(SUBSCRIBED_TYPES.length);
});

test('says of each what it does, in every state, and by what that is shown', () => {
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
    expect(readFileSync(path, 'utf8').replaceAll("\\'", "'")).toContain(name);
  },
);
