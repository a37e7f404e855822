import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { ALARM_CAUSES, type AlarmCause } from '../../domain/fault';
import { labelsOfMetrics } from './registered';

const BOARDS = ['shop', 'system', 'stripe-and-mail'].map((name) => `ops/grafana/${name}.json`);
const read = (file: string): string => readFileSync(join(__dirname, '..', '..', file), 'utf8');

test('every alert links its own section of docs/alerts.md, and every such section has its alert', () => {
  const rules = read('ops/prometheus/holdfast.rules.yml');
  const alerts = [...rules.matchAll(/alert: (\w+)$/gm)].map(([, name]) => name as string);
  const links = [...rules.matchAll(/runbook_url: (\S+)$/gm)].map(([, link]) => link);
  expect(links).toEqual(alerts.map((name) => `docs/alerts.md#${name.toLowerCase()}`));
  const sections = [...read('docs/alerts.md').matchAll(/^## (Holdfast\w+)$/gm)].map(([, name]) => name);
  expect([...sections].sort()).toEqual([...alerts].sort());
  expect(alerts.length).toBeGreaterThanOrEqual(11);
});

/** Causes of alarms that have no rule of their own, and why not. */
const WITHOUT_RULE: Partial<Record<AlarmCause, string>> = {
  sweep_failed: 'A sweep that failed is repeated; HoldfastSweepLate fires once none has succeeded for twenty minutes.',
};

test('every cause of an alarm has a rule that names it, or a reason why not', () => {
  const rules = read('ops/prometheus/holdfast.rules.yml');
  const named = [...rules.matchAll(/holdfast_account_refused\{cause=~?"([a-z_|]+)"\}/g)].flatMap(([, causes = '']) =>
    causes.split('|'),
  );
  // More than one rule may name a cause: that of what it brings about waits for the alert about the cause itself.
  expect([...new Set(named)].sort()).toEqual(ALARM_CAUSES.filter((cause) => !(cause in WITHOUT_RULE)).sort());
});

test('rules and dashboards read metrics that there are, by labels that they have', () => {
  const known = new Map(labelsOfMetrics().map(([name, labels]) => [name, [...labels, 'process']]));
  const boards = BOARDS.map((file) => read(file).replaceAll('\\"', '"'));
  const used = [read('ops/prometheus/holdfast.rules.yml'), ...boards];
  const wrong = used.flatMap((text) =>
    [...text.matchAll(/(holdfast_[a-z_]+)(?:\{([^}]*)\})?/g)].flatMap(([whole, name = '', selector = '']) => {
      const labels = known.get(name) ?? known.get(name.replace(/_(?:bucket|count|sum)$/, ''));
      const asked = [...selector.matchAll(/(\w+)(?:=|!)/g)].map(([, label = '']) => label);
      return labels && asked.every((label) => label === 'le' || labels.includes(label)) ? [] : [whole];
    }),
  );
  expect(wrong).toEqual([]);
});

test('every metric of ours is on a dashboard, or in a rule', () => {
  const files = ['ops/prometheus/holdfast.rules.yml', ...BOARDS];
  const used = new Set(files.flatMap((file) => read(file).match(/holdfast_[a-z_]+/g) ?? []));
  const unused = labelsOfMetrics()
    .map(([name]) => name)
    .filter((name) => ![name, ...['_bucket', '_count', '_sum'].map((end) => name + end)].some((one) => used.has(one)));
  expect(unused).toEqual([]);
});
