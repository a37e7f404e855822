import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { TypedSearchAttributes } from '@temporalio/common';
import { parse } from 'yaml';
import { SEARCH_ATTRIBUTES } from '../../messages/search-attributes';
import packageJson from '../../package.json';
import { SECRETS } from '../../platform/secret-files';
import { variables } from '../../platform/variables';
import { newFolder } from '../support/folder';

const ROOT = join(__dirname, '..', '..');
const read = (file: string): string => readFileSync(join(ROOT, file), 'utf8');

interface Service {
  image: string;
  command?: string[];
  environment?: Record<string, string | number>;
  ports?: string[];
  volumes?: string[];
  profiles?: string[];
  container_name?: string;
  read_only?: boolean;
  restart?: string;
  healthcheck?: { test?: string[] };
  logging?: { options: Record<string, string> };
  deploy?: { replicas?: number; resources: { limits: { memory: string } } };
}
const composed = (file: string) => parse(read(file), { merge: true }).services as Record<string, Service>;
const services = composed('docker-compose.yml');
const production = composed('docker-compose.production.yml');
const ofImage = Object.entries(services).filter(([, { image }]) => image === 'holdfast');
/** Those that run once and end. */
const JOBS = ['prepare', 'temporal-schema', 'temporal-setup'];

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

describe('docker-compose.yml', () => {
  test('binds every port to the loopback interface, and gives none to what may be scaled', () => {
    const ports = Object.values(services).flatMap((service) => service.ports ?? []);
    expect(ports.length).toBeGreaterThanOrEqual(5);
    for (const port of ports) expect(port).toMatch(/^127\.0\.0\.1:\d+:\d+$/);
    for (const name of ['api', 'worker']) {
      expect(services[name]).not.toHaveProperty('ports');
      expect(services[name]?.deploy?.replicas).toBe(2);
    }
    for (const service of Object.values(services)) expect(service).not.toHaveProperty('container_name');
  });

  test('pins every image to a version', () => {
    const images = Object.values(services).map(({ image }) => image);
    const bases = [...read('Dockerfile').matchAll(/^FROM (\S+)/gm)].map(([, image]) => image as string);
    for (const image of [...images.filter((one) => one !== 'holdfast'), ...bases]) expect(image).toMatch(/:v?\d+\.\d+/);
  });

  test('limits the memory and the log of every service, starts it again, and watches its health', () => {
    for (const [name, { logging, deploy, healthcheck, image, restart = 'no' }] of Object.entries(services)) {
      expect([name, logging?.options]).toEqual([name, { 'max-size': '10m', 'max-file': '5' }]);
      expect([name, deploy?.resources.limits.memory]).toEqual([name, expect.stringMatching(/^\d+[MG]$/)]);
      expect([name, restart]).toEqual([name, JOBS.includes(name) ? 'no' : 'unless-stopped']);
      // The image of Holdfast has a check of its own; that of the collector has no program that could ask.
      if (JOBS.includes(name) || image === 'holdfast' || name === 'otel-collector') continue;
      expect([name, healthcheck?.test?.[0]]).toEqual([name, 'CMD']);
    }
  });

  test('asks the image only for what it can do, without anything it could write to', () => {
    expect(ofImage.map(([name]) => name)).toEqual(['api', 'worker', 'prepare', 'temporal-setup']);
    for (const [, { command, read_only, environment }] of ofImage) {
      const asked =
        command?.[0] === 'sh'
          ? [...(command[2] ?? '').matchAll(/docker\/holdfast (\S+)/g)].map(([, one]) => one)
          : [command?.[0]];
      for (const one of asked) expect(Object.keys(commands)).toContain(one);
      expect(read_only).toBe(true);
      for (const name of Object.keys(environment ?? {})) expect([...Object.keys(variables)]).toContain(name);
    }
  });

  test('a plain `up` starts the shop alone; the rest has profiles', () => {
    const profiles = Object.entries(services).flatMap(([name, service]) =>
      (service.profiles ?? []).map((one) => `${one}: ${name}`),
    );
    expect(profiles).toEqual([
      'monitoring: prometheus',
      'monitoring: grafana',
      'monitoring: otel-collector',
      'mail: mailpit',
    ]);
  });

  test('gives Prometheus, Grafana and the collector files that fit the services and mounts', () => {
    const { scrape_configs } = parse(read('ops/prometheus/prometheus.yml')) as {
      scrape_configs: { dns_sd_configs: [{ names: string[]; port: number }] }[];
    };
    const scraped = scrape_configs.map(({ dns_sd_configs: [{ names, port }] }) => [...names, port]);
    const { PORT, WORKER_PORT } = services.api?.environment ?? {};
    expect(scraped).toEqual([
      ['api', PORT],
      ['worker', WORKER_PORT],
    ]);

    const mounts = Object.values(services).flatMap(({ volumes = [] }) => volumes.map((mount) => mount.split(':')));
    for (const [from = ''] of mounts.filter(([from]) => from?.startsWith('./')))
      expect([from, existsSync(join(ROOT, from))]).toEqual([from, true]);
    const { datasources } = parse(read('docker/grafana/datasources.yaml'));
    expect(datasources).toMatchObject([{ type: 'prometheus', url: 'http://prometheus:9090', isDefault: true }]);
    expect(services.prometheus?.ports).toContain('127.0.0.1:9090:9090');
    const { providers } = parse(read('docker/grafana/dashboards.yaml'));
    expect(mounts).toContainEqual(['./ops/grafana', providers[0].options.path, 'ro']);
    for (const file of readdirSync(join(ROOT, 'ops/grafana'))) {
      const { templating } = JSON.parse(read(`ops/grafana/${file}`));
      expect(templating.list).toContainEqual(expect.objectContaining({ type: 'datasource', query: 'prometheus' }));
    }
    expect(read('docker-compose.yml')).toContain('OTEL_EXPORTER_OTLP_ENDPOINT=http://otel-collector:4318');
    expect(read('docker/otel-collector.yaml')).toContain('endpoint: 0.0.0.0:4318');
  });

  test('in production no password has a default, and no demo catalogue is loaded', () => {
    const texts = Object.values(production).flatMap(({ environment }) => Object.entries(environment ?? {}));
    const secret = (name: string) => /PASSWORD|PWD/.test(name) || SECRETS.includes(name);
    const demanded = texts.filter(([name]) => secret(name));
    expect(demanded.length).toBeGreaterThan(5);
    for (const [, value] of demanded) expect(value).toMatch(/\$\{\w+:\?.+\}/);
    // Whatever has a password here has it demanded there.
    for (const [name, { environment }] of Object.entries(services))
      for (const variable of Object.keys(environment ?? {}).filter(secret))
        expect([name, variable, production[name]?.environment?.[variable]]).toEqual([
          name,
          variable,
          expect.stringContaining(':?'),
        ]);
    expect(production.prepare?.command).toEqual(['migrate']);
    for (const [name] of ofImage) expect(production[name]?.environment?.NODE_ENV).toBe('production');
  });

  const compose = findCompose();
  const config = (folder: string, env: Record<string, string>, ...files: string[]): string => {
    const [program, ...args] = compose as string[];
    return execFileSync(program as string, [...args, ...files.flatMap((file) => ['-f', file]), 'config'], {
      cwd: folder,
      env: { PATH: process.env.PATH, HOME: process.env.HOME, ...env },
      encoding: 'utf8',
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  };
  (compose ? it : it.skip)('Compose accepts it with .env.example as its .env, and with that of production', () => {
    const folder = newFolder('compose');
    const files = ['docker-compose.yml', 'docker-compose.production.yml'];
    try {
      for (const file of [...files, 'docker', 'ops']) cpSync(join(ROOT, file), join(folder, file), { recursive: true });
      cpSync(join(ROOT, '.env.example'), join(folder, '.env'));
      const seen = config(folder, {}, 'docker-compose.yml');
      for (const service of Object.keys(services)) expect(seen).toMatch(new RegExp(`^  ${service}:$`, 'm'));
      // Values set in docker-compose.yml win over empty ones in .env.
      expect(seen.match(/DATABASE_URL: postgresql:\/\/holdfast:holdfast@postgres:5432\/holdfast/g)).toHaveLength(4);
      const demanded = { POSTGRES_PASSWORD: 'p4ssw0rd', DOMAIN: 'api.example.com', GRAFANA_PASSWORD: 'gr4f4n4' };
      const live = config(folder, demanded, ...files);
      expect(live.match(/DATABASE_URL: postgresql:\/\/holdfast:p4ssw0rd@postgres:5432\/holdfast/g)).toHaveLength(4);
      expect(live).not.toMatch(/(?:PASSWORD|PWD): holdfast/);
      for (const name of Object.keys(demanded))
        expect(() => config(folder, { ...demanded, [name]: '' }, ...files)).toThrow(/set it in .env/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
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

/** The Compose command, new or old, if this machine has one. */
function findCompose(): string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(
    ([program, ...args]) => spawnSync(program as string, [...args, 'version'], { stdio: 'ignore' }).status === 0,
  );
}
