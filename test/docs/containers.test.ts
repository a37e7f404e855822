import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import packageJson from '../../package.json';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

/** Building the image needs Docker, which not every machine has. These tests read the files, so they run everywhere. */
describe('the containers', () => {
  test.each(['docker/temporal-setup.sh', 'docs/going-live.md'])(
    '%s creates every search attribute with its type',
    (file) => {
      const made = [...read(file).matchAll(/--name (\w+) --type (\w+)/g)].map(([, name, type]) => `${name} ${type}`);
      const wanted = Object.values(SEARCH_ATTRIBUTES).map(({ name, type }) => `${name} ${metadataType(type)}`);
      expect(made.sort()).toEqual(wanted.sort());
    },
  );

  test('every port is bound to the loopback interface', () => {
    const ports = [...read('docker-compose.yml').matchAll(/ports:\n((?: +- .+\n)+)/g)].flatMap(([, list]) =>
      (list as string).trim().split(/\s*\n\s*/),
    );
    expect(ports.length).toBeGreaterThanOrEqual(5);
    for (const port of ports) expect(port).toMatch(/^- 127\.0\.0\.1:\d+:\d+$/);
  });

  test('every image is pinned to a version', () => {
    const composed = [...read('docker-compose.yml').matchAll(/^ +image: (\S+)$/gm)].map(([, image]) => image as string);
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image as string);
    const images = [...composed.filter((image) => image !== 'holdfast'), ...bases];
    expect(images.length).toBeGreaterThanOrEqual(8);
    for (const image of images) expect(image).toMatch(/:\d+\.\d+/);
  });

  test('the image runs on the line of Node that the checks run on, and package.json allows', () => {
    const lines = new Set([...read('Dockerfile').matchAll(/^FROM node:(\d+)\./gm)].map(([, line]) => line));
    const [, checked] = read('.ci/run').match(/^lts=(\d+)$/m) as RegExpMatchArray;
    expect([...lines]).toEqual([checked]);
    expect(packageJson.engines.node).toContain(`>=${checked}.`);
    expect(read('README.md')).toContain(`Node ${checked} or`);
    expect(read('.nvmrc').trim()).toBe(checked);
    expect(read('.devcontainer/devcontainer.json')).toContain(`typescript-node:${checked}-`);
  });

  test('the image is built with the scripts of package.json, and runs as an unprivileged user', () => {
    const steps = [...read('Dockerfile').matchAll(/^RUN npm run ([\w:]+)$/gm)].map(([, script]) => script);
    expect(steps).toEqual(['build']);
    for (const script of steps) expect(Object.keys(packageJson.scripts)).toContain(script);
    expect(read('Dockerfile')).toMatch(/^USER node$/m);
    expect(read('.dockerignore').split('\n')).toEqual(
      expect.arrayContaining(['.env', '.git', '.data', 'node_modules', 'dist']),
    );
  });

  test('copies the schema before it installs, because installing generates the database client', () => {
    const [, schema] = read('prisma.config.ts').match(/schema: '(.+)'/) as RegExpMatchArray;
    const dockerfile = read('Dockerfile');
    const copied = dockerfile.indexOf(`COPY ${schema} ${schema}`);
    expect(copied).toBeGreaterThan(0);
    expect(copied).toBeLessThan(dockerfile.indexOf('RUN npm ci'));
  });

  const compose = findCompose();
  (compose ? it : it.skip)('Compose accepts docker-compose.yml, with .env.example as its .env', () => {
    const folder = mkdtempSync(join(tmpdir(), 'holdfast-compose-'));
    try {
      for (const file of ['docker-compose.yml', 'docker'])
        cpSync(join(ROOT, file), join(folder, file), { recursive: true });
      cpSync(join(ROOT, '.env.example'), join(folder, '.env'));
      const [program, ...args] = compose as string[];
      const seen = execFileSync(program as string, [...args, 'config'], {
        cwd: folder,
        encoding: 'utf8',
        stdio: ['ignore', 'pipe', 'pipe'],
      });
      for (const service of ['api', 'worker', 'prepare', 'postgres', 'temporal', 'temporal-setup', 'temporal-ui'])
        expect(seen).toMatch(new RegExp(`^  ${service}:$`, 'm'));
      // Values set in docker-compose.yml win over empty ones in .env.
      expect(seen.match(/DATABASE_URL: postgresql:\/\/holdfast:holdfast@postgres:5432\/holdfast/g)).toHaveLength(3);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

const metadataType = (type: Parameters<typeof TypedSearchAttributes.toMetadataType>[0]): string | undefined =>
  TypedSearchAttributes.toMetadataType(type);

/** The Compose command, new or old, if this machine has one. */
function findCompose(): string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(
    ([program, ...args]) => spawnSync(program as string, [...args, 'version'], { stdio: 'ignore' }).status === 0,
  );
}
