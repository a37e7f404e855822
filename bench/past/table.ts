import { medianOf } from '../figures';
import { NEWEST } from './orders';
import type { Plan } from './plans';
import type { Probe } from './probes/probe';

/** What a probe takes in each of the two shops: the median of each round, in milliseconds. */
export interface Took {
  few: number[];
  many: number[];
}

/** Each step with its times, the pages it touches and what its plans read by, in Markdown. */
export function table(
  groups: Record<string, Probe[]>,
  took: Map<Probe, Took>,
  pages: Record<keyof Took, Map<Probe, number>>,
  plans: Map<Probe, Plan>,
): string {
  const rows = Object.entries(groups).flatMap(([group, probes]) =>
    probes.map((probe) => {
      const { few, many } = took.get(probe) as Took;
      const { reads, scanned } = plans.get(probe) as Plan;
      const ratio = medianOf(many.map((ms, round) => ms / (few[round] ?? 0)));
      const flag = scanned.length === 0 ? '' : `**scans ${scanned.join(', ')}**: `;
      const ms = [few, many].map((times) => medianOf(times).toFixed(2));
      const touched = [pages.few, pages.many].map((each) => String(each.get(probe)));
      return [group, probe.name, ...ms, ratio.toFixed(2), ...touched, flag + reads.join(', ')];
    }),
  );
  const head = [
    'of',
    'step',
    `ms after ${NEWEST}`,
    'ms after all',
    'ratio',
    `pages after ${NEWEST}`,
    'pages after all',
    'reads by',
  ];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}
