import type { Figure } from '../figures';
import type { Way } from './ways';

/** What one leg of a race took. */
export interface Speed {
  perSecond: number;
  /** Processor time of PostgreSQL for each, in milliseconds. */
  postgresMs: number;
}

/** The speeds of every round, by what was done and in which way. */
export class Speeds {
  private readonly legs = new Map<string, Map<Way, Speed[]>>();

  add(what: string, way: Way, speed: Speed): void {
    const ways = this.legs.get(what) ?? new Map<Way, Speed[]>();
    this.legs.set(what, ways.set(way, [...(ways.get(way) ?? []), speed]));
  }

  figures({ ours, bare, least }: Record<'ours' | 'bare' | 'least', Way>): Figure[] {
    const bench = 'stock';
    return [...this.legs].flatMap(([what, ways]) => {
      const of = (way: Way) => ways.get(way) ?? [];
      const beside = (way: Way) =>
        of(ours).map(({ perSecond }, round) => perSecond / (of(way)[round]?.perSecond ?? Number.NaN));
      const aSecond = `${what}, a second`;
      return [
        { bench, what: aSecond, beside: 'the bare statement', reach: { least: 0.7 }, values: beside(bare) },
        ...(ways.has(least)
          ? [{ bench, what: aSecond, beside: 'one row changed, without an order', reach: null, values: beside(least) }]
          : []),
        { bench, what: aSecond, beside: '–', reach: null, values: of(ours).map(({ perSecond }) => perSecond) },
        {
          ...{ bench, what: `CPU of PostgreSQL for ${what}, ms each`, beside: '–', reach: null },
          values: of(ours).map(({ postgresMs }) => postgresMs),
        },
      ];
    });
  }
}
