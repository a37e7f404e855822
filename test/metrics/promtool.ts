import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';

const RULES = join(__dirname, '..', '..', 'ops', 'prometheus', 'holdfast.rules.yml');

/** Samples a minute apart, in promtool's notation: `0+2x5 _x3` are 0, 2, 4, 6, 8, 10, and three minutes of silence. */
export type Series = Record<string, string>;

/** What an expression gives at a minute. */
interface Expected {
  expr: string;
  minute: number;
  samples: { labels: string; value: number }[];
}

/** Exactly these alerts, by their names, have fired at a minute. */
export const firing = (minute: number, alerts: string[]): Expected => ({
  expr: 'count by (alertname) (ALERTS{alertstate="firing"}) > bool 0',
  minute,
  samples: alerts.map((name) => ({ labels: `{alertname="${name}"}`, value: 1 })),
});

/** An expression gives something at a minute. */
export const gives = (minute: number, expr: string): Expected => ({
  expr: `count(${expr}) > bool 0`,
  minute,
  samples: [{ labels: '{}', value: 1 }],
});

/** Has promtool evaluate the shipped rules and these expressions on series. Empty if all is as expected, else why. */
export function promtool(series: Series, expected: Expected[]): string {
  const folder = newFolder('promtool');
  try {
    const file = join(folder, 'test.json'); // JSON is YAML
    writeFileSync(
      file,
      JSON.stringify({
        rule_files: [RULES],
        evaluation_interval: '1m',
        tests: [
          {
            interval: '1m',
            input_series: Object.entries(series).map(([name, values]) => ({ series: name, values })),
            promql_expr_test: expected.map(({ expr, minute, samples }) => ({
              ...{ expr, eval_time: `${minute}m`, exp_samples: samples },
            })),
          },
        ],
      }),
    );
    return run('test', 'rules', file);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}

/** What promtool has against the files of rules. Empty if nothing. */
export const checkRules = (): string => run('check', 'rules', RULES);

function run(...args: string[]): string {
  const { status, stdout, stderr, error } = spawnSync('promtool', args, { encoding: 'utf8' });
  if (error)
    throw new Error(
      `promtool cannot be run (${error.message}). Install it: it is part of the Debian package \`prometheus\`, ` +
        'of `brew install prometheus`, and of the downloads at https://prometheus.io/download.',
    );
  return status === 0 ? '' : `${stdout}${stderr}` || `exit code ${status}`;
}

/**
 * Series from what a process has told: each value as it was in the first scrape for some minutes, and then as it was in
 * the second. Times of scrapes are made up, values are not.
 * @param scrapes of each process, in Prometheus' text format
 */
export function seriesOf(before: string[], after: string[], minutes: { before: number; after: number }): Series {
  const [first, second] = [valuesIn(before), valuesIn(after)];
  const names = new Set([...Object.keys(first), ...Object.keys(second)]);
  const during = (value: string | undefined, count: number) => `${value ?? '_'}x${count - 1}`;
  const constant = (value: string | undefined, count: number) =>
    value === undefined ? `_x${count}` : during(`${value}+0`, count);
  return Object.fromEntries(
    [...names].map((name) => [
      name,
      `${constant(first[name], minutes.before)} ${constant(second[name], minutes.after)}`,
    ]),
  );
}

/** Each series in some scrapes with its value. An `instance` tells the processes apart, as Prometheus does. */
function valuesIn(scrapes: string[]): Record<string, string> {
  const lines = scrapes.flatMap((text, index) => text.split('\n').map((line) => ({ line, instance: String(index) })));
  return Object.fromEntries(
    lines.flatMap(({ line, instance }) => {
      const [, name, labels, value = ''] = /^(\w+)(?:\{(.*)\})? (\S+)$/.exec(line) ?? [];
      if (name === undefined || !/^(holdfast|temporal|nodejs|process)_/.test(name)) return [];
      return [[`${name}{${labels ? `${labels},` : ''}instance="${instance}"}`, value]];
    }),
  );
}
