import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import packageJson from '../../package.json';

const page = readFileSync(join(__dirname, '..', '..', 'docs', 'dependencies.md'), 'utf8');
const [, atRunTime = '', inDevelopment = ''] = page.split(/^## .*$/m);

/** The packages of one table, with the reason for each. */
const rows = (section: string) =>
  [...section.matchAll(/^\| `([^`]+)` \| (.+) \|$/gm)].map(([, name, why]) => ({ name, why }));

describe('docs/dependencies.md', () => {
  test.each([
    ['run time', atRunTime, packageJson.dependencies],
    ['development', inDevelopment, packageJson.devDependencies],
  ])('gives a reason for every package of %s, and for no other', (_, section, packages) => {
    expect(rows(section).map(({ name }) => name)).toEqual(Object.keys(packages).sort());
    for (const { why } of rows(section)) expect(why?.trim()).toMatch(/\w{3}/);
  });
});
