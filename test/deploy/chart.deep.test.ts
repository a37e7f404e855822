import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, parseAllDocuments, stringify } from 'yaml';
import { loadEnv } from '../../platform/env';
import { SECRETS } from '../../platform/secret-files';
import { variables } from '../../platform/variables';
import { versionOf } from '../../worker/current-version';
import { BARE } from '../api/bare';
import { newFolder } from '../support/folder';
import { isOfOthers, type OtherKind, objectionsTo, recordSchemas } from './other-kinds';
import { publicPaths } from './public-paths';
import { has, ROOT, read, run } from './tools';

const CHART = join(ROOT, 'ops', 'helm', 'holdfast');
/** What must be set. */
const LEAST = {
  env: {
    PUBLIC_URL: 'https://api.example.com',
    EMAIL_FROM: 'shop@example.com',
    STAFF_EMAIL: 'staff@example.com',
    TEMPORAL_ADDRESS: 'temporal.example.com:7233',
  },
  secrets: { existingSecret: 'holdfast' },
};
/** Everything that can be switched on. */
const ALL = {
  ...LEAST,
  secrets: { ...LEAST.secrets, migrationsSecret: 'holdfast-owner', workerSecret: 'holdfast-worker' },
  temporalTls: { existingSecret: 'temporal-tls', ca: true, serverName: 'temporal.example.com' },
  api: { autoscaling: { enabled: true } },
  webhooks: { autoscaling: { enabled: true } },
  worker: { autoscaling: { enabled: true, authenticationRef: 'temporal' }, versioning: { enabled: true } },
  ingress: { enabled: true, host: 'api.example.com', className: 'nginx', tlsSecret: 'api-tls', staff: true },
  serviceMonitor: { enabled: true },
  prometheusRule: { enabled: true, runbooks: 'https://git.example.com/docs/', labels: { release: 'prometheus' } },
};
interface Container {
  args: string[];
  env: { name: string; value: string }[];
  readinessProbe?: { httpGet: { path: string } };
  lifecycle?: object;
  securityContext: object;
}
interface Pod {
  securityContext: object;
  containers: [Container];
  terminationGracePeriodSeconds: number;
  volumes: { name: string; secret?: { secretName: string } }[];
}
interface Manifest {
  kind: string;
  metadata: { name: string; annotations?: Record<string, string> };
  spec: {
    template: { spec: Pod };
    rules: [{ http: { paths: { path: string; backend: { service: { name: string } } }[] } }];
    ports?: { port: number }[];
    endpoints: [{ port: string }];
    groups: [object];
    triggers: [{ metadata: Record<string, string> }];
  };
}

// Helm takes a minute to build where nobody installed it: CONTRIBUTING.md says how. Without it, chart.test.ts reads the
// chart as text.
const [described, missing] = has('helm', 'version')
  ? [describe, '']
  : [describe.skip, ' (skipped: there is no helm here)'];
described(`the Helm chart${missing}`, () => {
  let folder: string;
  let least: Manifest[];
  let all: Manifest[];
  beforeAll(() => {
    if (process.env.RECORD === 'schemas') recordSchemas();
    folder = newFolder('chart');
    least = rendered(LEAST);
    all = rendered(ALL);
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  const valuesIn = (values: object): string => {
    const file = join(folder, 'values.yaml');
    writeFileSync(file, stringify(values));
    return file;
  };
  const rendered = (values: object): Manifest[] =>
    parseAllDocuments(
      run('helm', ['template', 'shop', CHART, '--kube-version', '1.34.0', '--values', valuesIn(values)]),
    ).flatMap((document) => (document.toJS() === null ? [] : [document.toJS() as Manifest]));

  test.each([
    ['the least', LEAST],
    ['everything', ALL],
  ])('has nothing that Helm’s linter or any schema objects to, with %s switched on', (_what, values) => {
    expect(run('helm', ['lint', '--strict', CHART, '--values', valuesIn(values)])).toContain('0 chart(s) failed');
    for (const one of rendered(values))
      if (isOfOthers(one.kind)) expect([one.kind, objectionsTo(one.kind, one)]).toEqual([one.kind, []]);
    if (!has('kubernetes-validate', '--help')) return;
    const file = join(folder, 'manifests.yaml');
    writeFileSync(
      file,
      rendered(values)
        .filter(({ kind }) => !isOfOthers(kind))
        .map((one) => stringify(one))
        .join('---\n'),
    );
    run('kubernetes-validate', ['--strict', '--kubernetes-version', '1.34', file]);
  });

  test('is refused without an address or a Secret, and with a secret in a plain variable', () => {
    const refusal = (values: object): string => {
      try {
        rendered(values);
        return '';
      } catch (error) {
        return (error as { stderr: string }).stderr;
      }
    };
    expect(refusal({ ...LEAST, env: {} })).toContain("env.PUBLIC_URL must be the API's public address");
    expect(refusal({ env: LEAST.env })).toContain('secrets.existingSecret must name a Secret');
    expect(refusal({ ...LEAST, env: { ...LEAST.env, STRIPE_SECRET_KEY: 'x' } })).toContain('STRIPE_SECRET_KEY');
  });

  const pods = (manifests: Manifest[]) =>
    manifests
      .filter(({ kind }) => kind === 'Deployment' || kind === 'Job')
      .map(({ metadata, spec }) => ({
        name: metadata.name,
        pod: spec.template.spec,
        container: spec.template.spec.containers[0],
      }));

  test('runs every pod without rights, and every secret from a file', () => {
    for (const { pod, container } of [...pods(least), ...pods(all)]) {
      expect(pod.securityContext).toMatchObject({ runAsNonRoot: true, seccompProfile: { type: 'RuntimeDefault' } });
      expect(container.securityContext).toEqual({
        allowPrivilegeEscalation: false,
        readOnlyRootFilesystem: true,
        capabilities: { drop: ['ALL'] },
      });
      const given = container.env.map(({ name }) => name);
      expect(given.filter((name) => SECRETS.includes(name))).toEqual([]);
      for (const name of given) {
        if (name.startsWith('TEMPORAL_TLS')) continue; // of @temporalio/envconfig
        expect([...Object.keys(variables), ...SECRETS.map((secret) => `${secret}_FILE`)]).toContain(name);
      }
    }
  });

  test('the processes start with its variables', () => {
    const env = Object.fromEntries(pods(least)[0]?.container.env.map(({ name, value }) => [name, value]) ?? []);
    const values: Record<string, string> = {
      ...BARE,
      STRIPE_SECRET_KEY: 'rk_live_example',
      STRIPE_WEBHOOK_SECRET: `whsec_${'x'.repeat(32)}`,
    };
    const withSecrets = Object.fromEntries(
      Object.entries(env).map(([name, value]) =>
        name.endsWith('_FILE') ? [name.slice(0, -5), values[name.slice(0, -5)]] : [name, value],
      ),
    );
    expect(loadEnv(withSecrets)).toMatchObject({ TRUST_PROXY: 1, PUBLIC_URL: LEAST.env.PUBLIC_URL, HOST: '0.0.0.0' });
  });

  test('each process is asked at its own address whether it is ready, and stops without losing a request', () => {
    const asked = pods(least).map(({ name, container, pod }) => [
      name,
      container.args.join(' '),
      container.readinessProbe?.httpGet.path,
      container.lifecycle !== undefined,
      pod.terminationGracePeriodSeconds,
    ]);
    expect(asked).toEqual([
      ['shop-api', 'api', '/readyz', true, 30],
      ['shop-webhooks', 'api', '/readyz/webhooks', true, 30],
      ['shop-worker', 'worker', '/readyz', false, 30],
      ['shop-migrate', 'migrate', undefined, false, undefined],
      ['shop-temporal-setup', 'temporal-setup', undefined, false, undefined],
    ]);
    const commands = [...read('docker/holdfast').matchAll(/^ {2}([\w-]+)\) exec node/gm)].map(([, name]) => name);
    for (const { container } of pods(all)) expect(commands).toContain(container.args[0]);
    const budgets = least.filter(({ kind }) => kind === 'PodDisruptionBudget').map(({ metadata }) => metadata.name);
    expect(budgets).toEqual(['shop-api', 'shop-webhooks', 'shop-worker']);
  });

  test('the migrations come before the processes, with the role that may change the schema', () => {
    const [job] = all.filter(({ kind, metadata }) => kind === 'Job' && metadata.name === 'shop-migrate');
    expect(job?.metadata.annotations?.['helm.sh/hook']).toBe('pre-install,pre-upgrade');
    const { volumes, containers } = job?.spec.template.spec ?? {};
    expect(volumes?.[0]?.secret?.secretName).toBe('holdfast-owner');
    const secrets = containers?.[0].env.map(({ name }) => name).filter((name) => name.endsWith('_FILE'));
    expect(secrets).toEqual(['DATABASE_URL_FILE']);
  });

  test('API and worker have one Secret, or each its own with its role in PostgreSQL', () => {
    const secrets = (manifests: Manifest[]) =>
      pods(manifests)
        .filter(({ container }) => ['api', 'worker'].includes(container.args.join()))
        .map(({ pod }) => pod.volumes[0]?.secret?.secretName);
    expect(secrets(least)).toEqual(['holdfast', 'holdfast', 'holdfast']);
    expect(secrets(all)).toEqual(['holdfast', 'holdfast', 'holdfast-worker']);
  });

  test('with ADMIN_PORT, staff and metrics have a port of their own', () => {
    const portsOf = (manifests: Manifest[]) =>
      manifests
        .filter(({ kind }) => kind === 'ServiceMonitor' || kind === 'Service')
        .map(({ kind, metadata, spec }) => [
          kind,
          metadata.name,
          (spec.endpoints ?? spec.ports ?? []).map(({ port }) => port),
        ]);
    const apart = rendered({ ...ALL, env: { ...ALL.env, ADMIN_PORT: '3100', ADMIN_URL: 'https://staff.example.com' } });
    expect(portsOf(all)).toEqual([
      ['Service', 'shop-api', [80]],
      ['Service', 'shop-webhooks', [80]],
      ['Service', 'shop-worker', [9464]],
      ['ServiceMonitor', 'shop-api', ['http']],
      ['ServiceMonitor', 'shop-worker', ['http']],
    ]);
    expect(portsOf(apart)).toEqual([
      ['Service', 'shop-api', [80, 3100]],
      ['Service', 'shop-webhooks', [80, 3100]],
      ['Service', 'shop-worker', [9464]],
      ['ServiceMonitor', 'shop-api', ['admin']],
      ['ServiceMonitor', 'shop-worker', ['http']],
    ]);
  });

  test('its alerts are those of the rule file, with links to where the docs are kept', () => {
    const alerts = (manifests: Manifest[]) =>
      manifests.filter(({ kind }) => kind === 'PrometheusRule').map(({ spec }) => spec);
    const rules = read('ops/prometheus/holdfast.rules.yml');
    const linked = rules.replaceAll('runbook_url: docs/', 'runbook_url: https://git.example.com/docs/');
    expect(alerts(least)).toEqual([]);
    expect(alerts(all)).toEqual([parse(linked)]);
    expect(alerts(rendered({ ...LEAST, prometheusRule: { enabled: true } }))).toEqual([parse(rules)]);
  });

  test('workers are scaled by what waits in every task queue', () => {
    const [scaled] = all.filter(({ kind }) => kind === 'ScaledObject');
    const triggers = scaled?.spec.triggers.map(({ metadata }) => metadata) ?? [];
    const queues = triggers.map(({ taskQueue, queueTypes }) => `${taskQueue}: ${queueTypes}`);
    expect(queues).toEqual(['orders: workflow,activity', 'stripe: activity']);
    for (const told of triggers)
      expect(told).toMatchObject({
        tlsServerName: ALL.temporalTls.serverName,
        workerDeploymentName: versionOf('').version.deploymentName,
        workerDeploymentBuildId: parse(read('ops/helm/holdfast/Chart.yaml')).appVersion,
      });
  });

  test('the schemas of KEDA and the Prometheus operator know when something is wrong', () => {
    const wrong = (kind: OtherKind, change: (spec: Manifest['spec']) => void): string => {
      const copy = structuredClone(all.find((one) => one.kind === kind) as Manifest);
      change(copy.spec);
      return objectionsTo(kind, copy).join('\n');
    };
    const misnamed = { targetSize: '5' };
    expect(wrong('ScaledObject', (spec) => Object.assign(spec, { minReplicas: 2 }))).toContain('minReplicas');
    expect(wrong('ScaledObject', (spec) => Object.assign(spec, { maxReplicaCount: '8' }))).toContain('integer');
    expect(wrong('ScaledObject', ({ triggers: [one] }) => Object.assign(one.metadata, misnamed))).toContain(
      'targetSize',
    );
    expect(wrong('ServiceMonitor', ({ endpoints: [one] }) => Object.assign(one, { timeout: '5s' }))).toContain(
      'timeout',
    );
    expect(wrong('ServiceMonitor', (spec) => Object.assign(spec, { selector: 'all' }))).toContain('object');
    expect(wrong('PrometheusRule', ({ groups: [one] }) => Object.assign(one, { every: '1m' }))).toContain('every');
    expect(wrong('PrometheusRule', ({ groups: [one] }) => Object.assign(one, { rules: [{ alert: 'A' }] }))).toContain(
      'expr',
    );
  });

  test('the ingress leads to every address that is for the public, and to nothing else', () => {
    const [ingress] = all.filter(({ kind }) => kind === 'Ingress');
    const paths = ingress?.spec.rules[0].http.paths ?? [];
    expect(paths.map(({ path }) => path).sort()).toEqual(publicPaths());
    expect(paths.find(({ path }) => path === '/webhooks')?.backend.service.name).toBe('shop-webhooks');
  });
});
