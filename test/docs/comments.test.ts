import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');
const WIDTH = 120;
const NOT_OURS = /(^|\/)(node_modules|generated|dist|\.[^/]+)(\/|$)|-lock\.|\.d\.ts$/;
const COMMENTED = /\.(ts|tsx|mts|mjs|js|cjs|css|sql|prisma|sh|ya?ml|tpl)$|Dockerfile$/;

/** Biome wraps code at 120 columns but leaves comments alone, so this test checks those. */
test(`no comment is wider than ${WIDTH} columns`, () => {
  expect(sources().flatMap(wideComments)).toEqual([]);
});

const sources = (): string[] =>
  readdirSync(ROOT, { withFileTypes: true }).flatMap((entry) => {
    if (NOT_OURS.test(entry.name)) return [];
    if (!entry.isDirectory()) return COMMENTED.test(entry.name) ? [entry.name] : [];
    return readdirSync(join(ROOT, entry.name), { recursive: true, encoding: 'utf8' })
      .map((file) => join(entry.name, file))
      .filter((file) => COMMENTED.test(file) && !NOT_OURS.test(file));
  });

const wideComments = (file: string): string[] =>
  readFileSync(join(ROOT, file), 'utf8')
    .split('\n')
    .flatMap((line, index) => (line.length > WIDTH && isComment(line) ? [`${file}:${index + 1}`] : []));

/** A line that is, or ends with, a comment. A linter's directive must stay on one line. */
const isComment = (line: string): boolean =>
  /^\s*(\/?\*|--|#)|(^|\s)\/\/\/? /.test(line) && !line.includes('biome-ignore');
