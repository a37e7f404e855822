import { readFileSync } from 'node:fs';
import { join } from 'node:path';

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
