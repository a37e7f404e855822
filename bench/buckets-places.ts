import { setImmediate as nextTurn } from 'node:timers/promises';
import type { Client } from 'pg';

/** A connection that was lent for one statement. */
export interface Lent {
  client: Client;
  giveBack(): void;
}

/** One design of where the units of a hot product are counted. */
export interface Place {
  name: string;
  /** Whether a shop could use it; the others are what it is measured beside. */
  isDesign: boolean;
  /** How many rows of `levels` share the units; 0 where each unit has a row of its own, or none is counted. */
  rows: number;
  /** Whether each unit has a row. */
  unitRows: boolean;
  /** Holds one unit for a shopper: whether there was one. */
  holder(lend: () => Lent): (shopper: number) => Promise<boolean>;
}

/** A statement for each shopper, `$1` the session and `$2` a number that spreads them over the rows. */
const each =
  (statement: string): Place['holder'] =>
  (lend) =>
  async (shopper) => {
    const { client, giveBack } = lend();
    try {
      const text = `SELECT sim.${statement}($1, $2) AS held`;
      const { rows } = await client.query({ name: statement, text, values: [`cs_${shopper}`, shopper] });
      return rows[0].held;
    } finally {
      giveBack();
    }
  };

/**
 * One statement for all who came while the last one ran, on one connection, so that nobody waits for a lock. It
 * answers how many of them got a unit: the first of them.
 */
const together: Place['holder'] = (lend) => {
  let waiting: { session: string; answer: (held: boolean) => void; fail: (error: unknown) => void }[] = [];
  let running = false;
  const run = async () => {
    running = true;
    const { client, giveBack } = lend();
    for (;;) {
      await nextTurn(); // so that those who were just answered, and ask again, are among them
      if (waiting.length === 0) break;
      const batch = waiting;
      waiting = [];
      try {
        const values = [batch.map(({ session }) => session)];
        const { rows } = await client.query({ name: 'hold_many', text: 'SELECT sim.hold_many($1) AS held', values });
        for (const [index, { answer }] of batch.entries()) answer(index < rows[0].held);
      } catch (error) {
        for (const { fail } of batch) fail(error);
      }
    }
    giveBack();
    running = false;
  };
  return (shopper) =>
    new Promise((answer, fail) => {
      waiting.push({ session: `cs_${shopper}`, answer, fail });
      if (!running) void run();
    });
};

const bucketed = (rows: number): Place => ({
  ...{ name: `${rows} buckets`, isDesign: true, rows, unitRows: false, holder: each('hold_in_bucket') },
});

/** As the product does it: the row of stock is locked until the transaction ends. */
export const ONE_ROW: Place = {
  ...{ name: 'one row', isDesign: false, rows: 1, unitRows: false, holder: each('hold_in_bucket') },
};

/** The same hold and ledger entry without counting anything: no design can be faster with a statement a hold. */
export const UNCOUNTED: Place = {
  ...{ name: 'nothing counted', isDesign: false, rows: 0, unitRows: false, holder: each('hold_uncounted') },
};

export const PLACES: readonly Place[] = [
  ONE_ROW,
  ...[4, 16, 64].map(bucketed),
  { name: 'a row for each unit', isDesign: true, rows: 0, unitRows: true, holder: each('hold_unit') },
  { name: 'one row, holds taken together', isDesign: true, rows: 1, unitRows: false, holder: together },
  UNCOUNTED,
];
