import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { INDEX, indexOfDocs, LLMS, llmsText } from '../../docs/lists';
import { CONTENTS } from '../../docs/site/contents';
import { PAGES } from './markdown';

/** Pages that stand in no list: the lists themselves, the records (which their own README lists), a tool's own page. */
const APART = /^README\.md$|^docs\/README\.md$|^docs\/deciding\/\d{4}-|^bench\//;

describe('the contents of the documentation', () => {
  const files = CONTENTS.flatMap(({ pages }) => pages.map(({ file }) => file));

  test('have every page once, and no other', () => {
    expect([...files].sort()).toEqual(PAGES.filter((page) => !APART.test(page)).sort());
  });

  test('are docs/README.md and llms.txt, as `npm run docs:env` writes them', () => {
    expect(readFileSync(INDEX, 'utf8')).toBe(indexOfDocs());
    expect(readFileSync(LLMS, 'utf8')).toBe(llmsText());
  });

  test('are, as llms.txt, in the format of llmstxt.org: a title, a summary, and lists of links', () => {
    const [title, summary, ...rest] = llmsText().split('\n\n');
    expect(title).toMatch(/^# \S/);
    expect(summary).toMatch(/^> \S/);
    const lists = rest
      .join('\n')
      .split(/^## .+$/m)
      .slice(1)
      .flatMap((list) => list.trim().split('\n'));
    for (const line of lists) expect(line).toMatch(/^- \[[^\]]+\]\([^)\s]+\): \S/);
    expect(lists).toHaveLength(files.length);
  });
});

test('every decision record stands in the list of records once', () => {
  const records = PAGES.flatMap((page) => /^docs\/deciding\/(\d{4}-.+)$/.exec(page)?.[1] ?? []);
  const list = readFileSync(join(__dirname, '../../docs/deciding/README.md'), 'utf8');
  const listed = [...list.matchAll(/^\| \[(\d+)\]\((\d{4}-[^)]+)\) \| \S/gm)];
  expect(listed.map(([, , file]) => file).sort()).toEqual([...records].sort());
  for (const [, number, file] of listed) expect(Number(number)).toBe(Number.parseInt(file as string, 10));
});
