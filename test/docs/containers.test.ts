import { existsSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import packageJson from '../../package.json';
import { ROOT, read } from '../deploy/tools';

/** What the image can be asked to do, and the file that does it. */
const commands = Object.fromEntries(
  [...read('docker/holdfast').matchAll(/^ {2}([\w-]+)\) exec node dist\/(\S+)\.js "\$@" ;;$/gm)].map(
    ([, name, file]) => [name as string, `${file}.ts`],
  ),
);

/** Building the image needs Docker, which not every machine has. These tests read the files, so they run everywhere. */
describe('the image', () => {
  test('has a command for each program, which is that of package.json', () => {
    const scripts: Record<string, string> = packageJson.scripts;
    expect(Object.keys(commands)).toEqual([
      ...['api', 'worker', 'migrate', 'seed', 'temporal-setup', 'stripe-setup', 'roles', 'import', 'doctor', 'replay'],
    ]);
    for (const [name, file] of Object.entries(commands)) {
      expect(existsSync(join(ROOT, file))).toBe(true);
      const script =
        { migrate: 'db:migrate', seed: 'db:seed', roles: 'db:roles' }[name] ?? name.replace('-setup', ':setup');
      expect(scripts[script]).toMatch(new RegExp(`node .*${file}$`));
    }
    expect(statSync(join(ROOT, 'docker', 'holdfast')).mode & 0o111).toBe(0o111);
    expect(read('Dockerfile')).toMatch(/^ENTRYPOINT \["\/app\/docker\/holdfast"\]\nCMD \["api"\]$/m);
  });

  test('runs on the line of Node that the checks run on, and package.json allows', () => {
    const lines = new Set([...read('Dockerfile').matchAll(/^FROM node:(\d+)\./gm)].map(([, line]) => line));
    const [, checked] = read('.ci/run').match(/^lts=(\d+)$/m) as RegExpMatchArray;
    expect([...lines]).toEqual([checked]);
    expect(packageJson.engines.node).toContain(`>=${checked}.`);
    expect(read('README.md')).toContain(`Node ${checked} or`);
    expect(read('.nvmrc').trim()).toBe(checked);
    expect(read('.devcontainer/devcontainer.json')).toContain(`typescript-node:${checked}-`);
  });

  test('is built with the scripts of package.json, and runs as an unprivileged user', () => {
    const steps = [...read('Dockerfile').matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, script]) => script);
    expect(steps).toEqual(['build', 'sbom']);
    for (const script of steps) expect(Object.keys(packageJson.scripts)).toContain(script);
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
    const ignored = read('.dockerignore').split('\n');
    expect(ignored).toEqual(expect.arrayContaining(['.env', '.git', '.data', 'node_modules', 'dist']));
    expect(ignored.indexOf('!test/replay/histories')).toBeGreaterThan(ignored.indexOf('test'));
  });

  test('copies the schema before it installs, because installing generates the database client', () => {
    const [, schema] = read('prisma.config.ts').match(/schema: '(.+)'/) as RegExpMatchArray;
    const dockerfile = read('Dockerfile');
    const copied = dockerfile.indexOf(`COPY ${schema} ${schema}`);
    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThan(dockerfile.indexOf('RUN npm ci'));
  });
});

test('docs/going-live.md creates every search attribute with its type', () => {
  const made = [...read('docs/going-live.md').matchAll(/--name (\w+) --type (\w+)/g)].map(
    ([, name, type]) => `${name} ${type}`,
  );
  const wanted = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => `${name} ${metadataType(type)}`);
  expect(made.sort()).toEqual(wanted.sort());
});

const metadataType = (type: Parameters<typeof TypedSearchAttributes.toMetadataType>[0]): string | undefined =>
  TypedSearchAttributes.toMetadataType(type);
