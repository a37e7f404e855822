import { readdirSync, realpathSync } from 'node:fs';
import { join } from 'node:path';
import Ajv from 'ajv';
import { parse } from 'yaml';
import { SECRETS } from '../../platform/secret-files';
import { variables } from '../../platform/variables';
import { objectionsTo } from './other-kinds';
import { publicPaths } from './public-paths';
import { ROOT, read } from './tools';

// The Helm chart without Helm: its values, and its templates as text. chart.deep.test.ts renders it.

const CHART = 'ops/helm/holdfast';
const values = parse(read(`${CHART}/values.yaml`));
const schema = JSON.parse(read(`${CHART}/values.schema.json`));
const templates = readdirSync(join(ROOT, CHART, 'templates')).map((file) => read(`${CHART}/templates/${file}`));

const refused = (changed: object): boolean => !new Ajv().validate(schema, { ...values, ...changed });

test('its defaults fit its schema, and no secret is taken as a plain variable', () => {
  expect(refused({})).toBe(false);
  expect(refused({ env: { ...values.env, LOG_LEVEL: 'debug' } })).toBe(false);
  expect(SECRETS.filter((name) => !refused({ env: { ...values.env, [name]: 'x' } }))).toEqual([]);
  expect(refused({ temporalTls: { ...values.temporalTls, ca: 'yes' } })).toBe(true);
  for (const name of Object.keys(values.env)) expect(Object.keys(variables)).toContain(name);
  for (const name of values.secrets.names) expect(SECRETS).toContain(name);
});

test('its templates use no value that it does not have', () => {
  const used = templates.flatMap((text) => [...text.matchAll(/\.Values((?:\.\w+)+)/g)].map(([, path = '']) => path));
  expect(used.length).toBeGreaterThan(30);
  const has = (path: string): boolean => {
    if (path.startsWith('.env.')) return path.slice('.env.'.length) in variables;
    const parts = path.slice(1).split('.');
    return (
      parts.reduce<unknown>((at, part) => (at as Record<string, unknown> | undefined)?.[part], values) !== undefined
    );
  };
  expect(used.filter((path) => !has(path))).toEqual([]);
});

test('the migrations are given the one secret that theirs must have', () => {
  const jobs = read(`${CHART}/templates/jobs.yaml`);
  expect(jobs).toContain('eq .name "migrate" | ternary (list "DATABASE_URL") $root.Values.secrets.names');
});

test('its rules are the file that Prometheus loads, and nothing that the operator would refuse', () => {
  expect(realpathSync(join(ROOT, CHART, 'holdfast.rules.yml'))).toBe(
    realpathSync(join(ROOT, 'ops/prometheus/holdfast.rules.yml')),
  );
  expect(read(`${CHART}/templates/rules.yaml`)).toContain('.Files.Get "holdfast.rules.yml"');
  const spec = parse(read(`${CHART}/holdfast.rules.yml`));
  const rule = { apiVersion: 'monitoring.coreos.com/v1', kind: 'PrometheusRule', metadata: { name: 'shop' }, spec };
  expect(objectionsTo('PrometheusRule', rule)).toEqual([]);
  expect(refused({ prometheusRule: { ...values.prometheusRule, runbooks: 'docs' } })).toBe(true);
});

test('its ingress leads to every address that is for the public', () => {
  const [, listed = ''] = read(`${CHART}/templates/services.yaml`).match(/\$paths := list (.+) \}\}/) ?? [];
  const paths = ['/webhooks', '/admin', '/staff', ...[...listed.matchAll(/"(\S+)"/g)].map(([, path]) => path)];
  expect(paths.sort()).toEqual(publicPaths());
});
