import { Gauge, type Registry } from 'prom-client';
import { type Db, type PoolState, poolOf } from './database';

/** Gauges about the pools of connections to PostgreSQL of one process, by their names. */
export function createPoolMetrics(registry: Registry, pools: Record<string, Db>): void {
  const eachPool = (report: (pool: string, state: PoolState) => void) => {
    for (const [pool, db] of Object.entries(pools)) {
      const state = poolOf(db);
      if (state) report(pool, state);
    }
  };
  new Gauge({
    name: 'holdfast_database_connections',
    help: 'Connections to PostgreSQL, by pool and state: used or idle',
    labelNames: ['pool', 'state'],
    registers: [registry],
    collect() {
      eachPool((pool, { used, idle }) => {
        this.set({ pool, state: 'used' }, used);
        this.set({ pool, state: 'idle' }, idle);
      });
    },
  });
  new Gauge({
    name: 'holdfast_database_connections_limit',
    help: 'How many connections a pool may open',
    labelNames: ['pool'],
    registers: [registry],
    collect() {
      eachPool((pool, { limit }) => this.set({ pool }, limit));
    },
  });
  new Gauge({
    name: 'holdfast_database_waiting',
    help: 'Statements that wait for a connection, because all of the pool are used',
    labelNames: ['pool'],
    registers: [registry],
    collect() {
      eachPool((pool, { waiting }) => this.set({ pool }, waiting));
    },
  });
}
