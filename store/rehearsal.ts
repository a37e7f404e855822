import type { Db, Tx } from './database';

/**
 * The same database, in which every transaction is rolled back at its end: what is done with it shows what would be
 * refused, and changes nothing. Writes outside of a transaction are real, so leave them out.
 */
export const rehearsal = (db: Db): Db =>
  new Proxy(db, {
    get: (target, name) =>
      name === '$transaction'
        ? (work: (tx: Tx) => Promise<unknown>) => rolledBack(db, work)
        : Reflect.get(target, name),
  });

async function rolledBack<T>(db: Db, work: (tx: Tx) => Promise<T>): Promise<T> {
  if (typeof work !== 'function') throw new Error('a rehearsal knows only transactions that are given as a function');
  let done: { value: T } | undefined;
  try {
    return await db.$transaction(async (tx) => {
      done = { value: await work(tx) };
      throw new Undone();
    });
  } catch (error) {
    if (error instanceof Undone && done) return done.value;
    throw error;
  }
}

class Undone extends Error {}
