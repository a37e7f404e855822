import { execFileSync, spawnSync } from 'node:child_process';
import { cpSync, existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from 'yaml';
import { SECRETS } from '../../platform/secret-files';
import { variables } from '../../platform/variables';
import { PROGRAMS, rolesIn } from '../../prisma/roles';
import { ROOT, read } from '../deploy/tools';
import { newFolder } from '../support/folder';

interface Service {
  image: string;
  command?: string[];
  entrypoint?: string[];
  environment?: Record<string, string | number>;
  secrets?: string[];
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
/** Of the environment of `roles`, which is no process. */
const PASSWORDS = PROGRAMS.map((program) => `${program.toUpperCase()}_DATABASE_PASSWORD`);
const ofImage = Object.entries(services).filter(([, { image }]) => image === 'holdfast');
/** Those that run once and end. */
const JOBS = ['prepare', 'temporal-schema', 'temporal-setup'];

/** What the image can be asked to do. */
const commands = [...read('docker/holdfast').matchAll(/^ {2}([\w-]+)\) exec node/gm)].map(([, name]) => name);

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
      for (const one of asked) expect(commands).toContain(one);
      expect(read_only).toBe(true);
      for (const name of Object.keys(environment ?? {}))
        expect([...Object.keys(variables), ...PASSWORDS]).toContain(name);
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

  test('gives API and worker the roles that are made for them, and the owner’s address to no process', () => {
    const addresses = ofImage.map(([name, { environment = {} }]) => [name, environment.DATABASE_URL]);
    const of = (role: string) => `postgresql://${role}:\${POSTGRES_PASSWORD:-holdfast}@postgres:5432/holdfast`;
    const { api, worker } = rolesIn({});
    expect(addresses).toEqual([
      ['api', of(api.name)],
      ['worker', of(worker.name)],
      ['prepare', of('holdfast')],
      ['temporal-setup', undefined],
    ]);
    const asked = (service: Service | undefined) => [...(service?.command?.[2] ?? '').matchAll(/holdfast (\w+)/g)];
    expect(asked(services.prepare).map(([, command]) => command)).toEqual(['migrate', 'roles', 'seed']);
    for (const name of PASSWORDS) expect(services.prepare?.environment).toHaveProperty(name);
    expect(asked(production.prepare).map(([, command]) => command)).toEqual(['migrate', 'roles']);
  });

  test('in production every password is in a file of those who need it, and no demo catalogue is loaded', () => {
    const secret = (name: string) => /PASSWORD|PWD/.test(name) || SECRETS.includes(name);
    const byCommand = ['POSTGRES_PWD', 'SQL_PASSWORD'];
    expect(read('docker-compose.production.yml')).not.toMatch(/\$\{\w*(?:PASSWORD|PWD|SECRET)/);
    // Whatever has a password here has a file there, and an empty password wins over the default.
    for (const [name, { environment }] of Object.entries(services))
      for (const variable of Object.keys(environment ?? {}).filter(secret)) {
        const { environment: there, command, entrypoint } = production[name] as Service;
        const file = there?.[`${variable}_FILE`] ?? there?.[`${variable}__FILE`] ?? [command, entrypoint].join();
        expect([name, variable, there?.[variable], file]).toEqual([
          ...[name, variable, ''],
          byCommand.includes(variable) ? expect.anything() : expect.stringMatching(/^\/run\/secrets\/[a-z-]+$/),
        ]);
      }
    const granted = Object.entries(production).flatMap(([name, { secrets, ...service }]) => {
      const read = [...JSON.stringify(service).matchAll(/\/run\/secrets\/([a-z-]+)/g)].map(([, file]) => file);
      expect([name, read]).toEqual([name, secrets ?? []]);
      return secrets ? [[name, secrets.join(' ')]] : [];
    });
    expect(granted).toEqual([
      ['api', 'api-database-url'],
      ['worker', 'worker-database-url'],
      ['prepare', 'owner-database-url api-database-password worker-database-password'],
      ['postgres', 'postgres-password'],
      ['temporal-schema', 'postgres-password'],
      ['temporal', 'postgres-password'],
      ['grafana', 'grafana-password'],
    ]);
    for (const [name] of ofImage) expect(production[name]?.environment?.NODE_ENV).toBe('production');
  });

  test('docker/make-secrets.sh makes each file once, and addresses with the passwords beside them', () => {
    const folder = newFolder('secrets');
    try {
      cpSync(join(ROOT, 'docker'), join(folder, 'docker'), { recursive: true });
      const made = () => {
        execFileSync('sh', [join(folder, 'docker/make-secrets.sh')]);
        const files = readdirSync(join(folder, 'secrets'));
        return Object.fromEntries(files.map((file) => [file, readFileSync(join(folder, 'secrets', file), 'utf8')]));
      };
      const first = made();
      const { secrets } = parse(read('docker-compose.production.yml')) as { secrets: Record<string, { file: string }> };
      expect(Object.values(secrets).map(({ file }) => file)).toEqual(
        Object.keys(secrets).map((one) => `./secrets/${one}`),
      );
      expect(Object.keys(first).sort()).toEqual(Object.keys(secrets).sort());
      const passwords = Object.entries(first).filter(([file]) => file.endsWith('-password'));
      for (const [, password] of passwords) expect(password).toMatch(/^[0-9a-f]{48}\n$/);
      expect(new Set(passwords.map(([, password]) => password)).size).toBe(4);
      const address = (role: string, password = '') =>
        `postgresql://${role}:${password.trim()}@postgres:5432/holdfast\n`;
      const { api, worker } = rolesIn({});
      expect(first).toMatchObject({
        'owner-database-url': address('holdfast', first['postgres-password']),
        'api-database-url': address(api.name, first['api-database-password']),
        'worker-database-url': address(worker.name, first['worker-database-password']),
      });
      expect(statSync(join(folder, 'secrets')).mode & 0o777).toBe(0o700);
      expect(made()).toEqual(first);
      for (const file of ['.gitignore', '.dockerignore']) expect(read(file)).toMatch(/^\/?secrets\/?$/m);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
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
      for (const role of ['holdfast', 'holdfast_api', 'holdfast_worker'])
        expect(seen.split(`DATABASE_URL: postgresql://${role}:holdfast@postgres:5432/holdfast`)).toHaveLength(2);
      const demanded = { DOMAIN: 'api.example.com' };
      // What .env had in an earlier version reaches nobody.
      const live = config(
        folder,
        { ...demanded, POSTGRES_PASSWORD: 'p4ssw0rd', GRAFANA_PASSWORD: 'gr4f4n4' },
        ...files,
      );
      expect(live).not.toMatch(/(?:PASSWORD|PWD): holdfast|postgresql:\/\/|p4ssw0rd|gr4f4n4/);
      expect(live).toContain('DATABASE_URL_FILE: /run/secrets/worker-database-url');
      expect(() => config(folder, { DOMAIN: '' }, ...files)).toThrow(/set it in .env/);
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  });
});

/** The Compose command, new or old, if this machine has one. */
function findCompose(): string[] | undefined {
  return [['docker', 'compose'], ['docker-compose']].find(
    ([program, ...args]) => spawnSync(program as string, [...args, 'version'], { stdio: 'ignore' }).status === 0,
  );
}
