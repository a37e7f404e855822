import type { Pool } from 'pg';
import { sqlState } from '../../store/errors';

const DEADLOCK = '40P01';

/** Counts deadlocks: those that a statement was told of, and those that PostgreSQL has found in this database. */
export class Deadlocks {
  private told = 0;

  private constructor(
    private readonly pool: Pool,
    private readonly before: number,
  ) {}

  static async since(pool: Pool): Promise<Deadlocks> {
    return new Deadlocks(pool, await found(pool));
  }

  /** Does something, and again after a deadlock, as the worker would. */
  async counted<T>(act: () => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await act();
      } catch (error) {
        if (stateOf(error) !== DEADLOCK) throw error;
        this.told++;
      }
    }
  }

  async requireNone(): Promise<void> {
    const all = Math.max(this.told, (await found(this.pool)) - this.before);
    if (all > 0) throw new Error(`${all} deadlocks (${DEADLOCK})`);
  }
}

/** Prisma keeps the code inside its own error, `pg` in the error itself. */
const stateOf = (error: unknown): string | undefined => sqlState(error) ?? (error as { code?: string }).code;

async function found(pool: Pool): Promise<number> {
  const { rows } = await pool.query<{ deadlocks: string }>(
    'SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()',
  );
  return Number(rows[0]?.deadlocks);
}
