import type { Report } from './doctor';
import type { Finding, Status } from './finding';
import { GROUPS } from './finding';

/** As in the checklist of docs/going-live.md: what is ticked is well. */
const BOX: Record<Status, string> = { ok: '[x]', warning: '[!]', problem: '[ ]', skipped: '[-]' };

/** The report for people: a line for each check, and one about what to do where something is to be done. */
export function asText(report: Report): string {
  const width = Math.max(...report.map(({ id }) => id.length));
  const line = ({ id, status, says, todo }: Report[number]) => {
    const word = status === 'warning' || status === 'problem' ? `${status}: ` : '';
    const indent = ' '.repeat(width + 8);
    return [`  ${BOX[status]} ${id.padEnd(width)}  ${word}${says}`, ...(todo ? [`${indent}→ ${todo}`] : [])].join('\n');
  };
  const groups = GROUPS.map(
    (group) =>
      `${group}\n${report
        .filter((one) => one.group === group)
        .map(line)
        .join('\n')}`,
  );
  return `${groups.join('\n\n')}\n\n${summary(report)}`;
}

/** For programs. */
export const asJson = (report: Report): string =>
  JSON.stringify({ healthy: isHealthy(report), checks: report }, null, 2);

export const isHealthy = (report: Pick<Finding, 'status'>[]): boolean =>
  report.every(({ status }) => status !== 'problem');

function summary(report: Report): string {
  const count = (status: Status) => report.filter((one) => one.status === status).length;
  const parts = (['ok', 'warning', 'problem', 'skipped'] as const)
    .map((status) => ({ status, n: count(status) }))
    .filter(({ n }) => n > 0)
    .map(({ status, n }) => (status === 'ok' || status === 'skipped' ? `${n} ${status}` : plural(n, status)));
  return `${report.length} checks: ${parts.join(', ')}.`;
}

const plural = (n: number, word: string): string => `${n} ${word}${n === 1 ? '' : 's'}`;
