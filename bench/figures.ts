/** A figure that was measured several times: a ratio to what ran beside it, or a plain number. */
export interface Figure {
  /** Of which benchmark. */
  bench: string;
  what: string;
  beside: string;
  /** What is to be reached; null for a figure that is only reported. */
  reach: { least?: number; most?: number } | null;
  /** One a round. */
  values: number[];
}

export interface Summary extends Figure {
  min: number;
  median: number;
  max: number;
  /** Whether the median reaches what is to be reached; null where nothing is. */
  reached: boolean | null;
}

export function summarise(figure: Figure): Summary {
  const sorted = [...figure.values].sort((a, b) => a - b);
  const median = quantile(sorted, 0.5);
  const { reach } = figure;
  const reached =
    reach && median >= (reach.least ?? Number.NEGATIVE_INFINITY) && median <= (reach.most ?? Number.POSITIVE_INFINITY);
  return { ...figure, min: sorted[0] ?? Number.NaN, median, max: sorted.at(-1) ?? Number.NaN, reached };
}

/** The value below which this part of the sorted values lies. */
export function quantile(sorted: readonly number[], part: number): number {
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * part))] ?? Number.NaN;
}

export const medianOf = (values: readonly number[]): number =>
  quantile(
    [...values].sort((a, b) => a - b),
    0.5,
  );

/** The figures as a table in Markdown. */
export function table(summaries: readonly Summary[]): string {
  const rows = summaries.map(({ bench, what, beside, reach, min, median, max, reached }) => [
    ...[bench, what, beside, reach === null ? '–' : goal(reach), number(min), number(median), number(max)],
    reached === null ? '' : reached ? 'yes' : 'no',
  ]);
  const head = ['bench', 'what', 'beside', 'reach', 'min', 'median', 'max', 'reached'];
  return [head, head.map(() => '---'), ...rows].map((cells) => `| ${cells.join(' | ')} |`).join('\n');
}

const goal = ({ least, most }: NonNullable<Figure['reach']>): string =>
  least === undefined ? `≤ ${most}` : `≥ ${least}`;

const number = (value: number): string =>
  value >= 100 ? value.toFixed(0) : value >= 10 ? value.toFixed(1) : value.toFixed(2);
