import { readdirSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

const ROOT = join(__dirname, '../..');

/** The modules of the domain that the files of a folder import as values. */
function imported(folder: string): string[] {
  const files = readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' });
  const source = files
    .filter((file) => file.endsWith('.ts') && file !== 'preloaded.ts')
    .map((file) => readFileSync(join(ROOT, folder, file), 'utf8'));
  return source.flatMap((text) =>
    [...text.matchAll(/^import (?!type )[^;]*?'(?:\.\.\/)+domain\/([\w-]+)';$/gm)].map(([, name]) => name as string),
  );
}

test('what workflows use of the domain is loaded once for all of them, and nothing else', () => {
  const used = [...imported('workflows'), ...imported('messages')];
  const text = readFileSync(join(ROOT, 'workflows/preloaded.ts'), 'utf8');
  const preloaded = [...text.matchAll(/^import '(.+)';$/gm)].map(([, path]) => basename(path as string));
  expect(preloaded).toEqual([...new Set(used)].sort());
});
