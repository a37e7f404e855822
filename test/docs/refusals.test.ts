import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { testNames } from './test-names';

const PAGE = join(__dirname, '../../docs/refusals.md');
const FAULTS = ["this thing's", "the account's", "this moment's"];

/** The rows of every table of docs/refusals.md, without headers, as cells. */
const rows = readFileSync(PAGE, 'utf8')
  .split('\n')
  .filter((line) => line.startsWith('| ') && !/^\| (what is refused|---) \|/.test(line))
  .map((line) =>
    line
      .slice(1, -1)
      .split(/(?<!\\)\|/)
      .map((cell) => cell.trim()),
  );

test('every refusal says whose fault it is, and what shoppers, staff and operators see', () => {
  for (const row of rows) {
    expect([row[0], row.length]).toEqual([row[0], 6]);
    expect([row[0], row.every((cell) => cell !== '')]).toEqual([row[0], true]);
    expect([row[0], FAULTS.some((fault) => row[1]?.startsWith(fault))]).toEqual([row[0], true]);
  }
});

test('every refusal names a test that exists by its whole name, as a link to its file', () => {
  for (const row of rows) {
    const links = [...(row[5] ?? '').matchAll(/\[([^\]]+)\]\(([^)]+)\)/g)];
    expect([row[0], links.length > 0]).toEqual([row[0], true]);
    for (const [, name, path] of links) {
      const names = testNames(join(PAGE, '..', path as string));
      expect([row[0], names.has(name as string) ? name : `no test "${name}" in ${path}`]).toEqual([row[0], name]);
    }
  }
});
