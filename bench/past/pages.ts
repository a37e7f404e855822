import { Client } from 'pg';
import { connectDatabase } from '../../store/database';
import { type Probe, visitOf } from './probes/probe';
import type { Shop } from './shops';

/**
 * How many pages of tables and indexes each probe touches in a shop, wherever they were. Unlike a time it is the same
 * on a busy machine.
 */
export async function pagesOf(shop: Shop, probes: Probe[], turn: number): Promise<Map<Probe, number>> {
  const db = connectDatabase(shop.url, 1);
  const counter = new Client({ connectionString: shop.url });
  await counter.connect();
  const pages = new Map<Probe, number>();
  try {
    let before = await touched(counter);
    for (const probe of probes) {
      await probe.run(db, visitOf(shop, turn));
      // A connection adds what it touched to the counters when it is next idle, if it is asked to.
      await db.$queryRaw`SELECT pg_stat_force_next_flush()::text`;
      const after = await touched(counter);
      pages.set(probe, after - before);
      before = after;
    }
    return pages;
  } finally {
    await db.$disconnect();
    await counter.end();
  }
}

async function touched(counter: Client): Promise<number> {
  const { rows } = await counter.query(TOUCHED);
  return Number(rows[0].pages);
}

const TOUCHED = `
  SELECT sum(heap_blks_read + heap_blks_hit + coalesce(idx_blks_read + idx_blks_hit, 0) + coalesce(toast_blks_read + toast_blks_hit, 0)
    + coalesce(tidx_blks_read + tidx_blks_hit, 0)) AS pages
  FROM pg_statio_user_tables`;
