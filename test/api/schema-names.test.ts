import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/** Two schemas of one name are one in the OpenAPI document: the later one, in the places of both. */
test('no two schemas of the API have the same name', () => {
  const names = ['api', 'domain'].flatMap((room) =>
    readdirSync(join(ROOT, room), { recursive: true, encoding: 'utf8' })
      .filter((file) => file.endsWith('.ts'))
      .flatMap((file) => [...readFileSync(join(ROOT, room, file), 'utf8').matchAll(/\.meta\(\{\s*id: '(\w+)'/g)])
      .map(([, name = '']) => name),
  );
  expect(names.length).toBeGreaterThan(30);
  expect(names.filter((name, place) => names.indexOf(name) < place)).toEqual([]);
});
