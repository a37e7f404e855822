import type { Client } from 'pg';
import type { Place } from './buckets-places';

/** The tables of the simulation: levels, holds and a ledger like the product's, and a row for each unit. */
export const createSimulation = async (client: Client): Promise<void> => void (await client.query(SCHEMA));

/** Empties everything, and puts these units on sale. */
export async function restock(client: Client, { rows, unitRows }: Place, units: number): Promise<void> {
  await client.query('TRUNCATE sim.levels, sim.holds, sim.movements, sim.units RESTART IDENTITY');
  // The last buckets get one unit less where they cannot be shared out evenly.
  await client.query(
    `INSERT INTO sim.levels SELECT b, ($2 + $1 - 1 - b) / $1, 0 FROM generate_series(0, $1 - 1) b WHERE $1 > 0`,
    [rows, units],
  );
  if (unitRows) await client.query('INSERT INTO sim.units SELECT u, NULL FROM generate_series(1, $1::int) u', [units]);
  await client.query('VACUUM ANALYZE sim.levels, sim.units');
}

/** Whether exactly these holds were made, each with its entry in the ledger, and each counted once. */
export async function requireExact(client: Client, { name, rows, unitRows }: Place, holds: number): Promise<void> {
  const { rows: found } = await client.query(`
    SELECT (SELECT count(*) FROM sim.holds)::int AS holds,
      (SELECT coalesce(sum(held_delta), 0) FROM sim.movements)::int AS entries,
      (SELECT coalesce(sum(held), 0) FROM sim.levels)::int AS counted,
      (SELECT count(session_id) FROM sim.units)::int AS units,
      (SELECT count(DISTINCT session_id) FROM sim.units)::int AS "unitsOfShoppers"`);
  const wanted = { counted: rows > 0 ? holds : 0, units: unitRows ? holds : 0, unitsOfShoppers: unitRows ? holds : 0 };
  const expected = { holds, entries: holds, ...wanted };
  if (JSON.stringify(found[0]) !== JSON.stringify(expected))
    throw new Error(`${name}: ${JSON.stringify(found[0])} instead of ${JSON.stringify(expected)}`);
}

/**
 * A hold is one round trip and one transaction: a row of the hold and one of the ledger, as in the product, and the
 * unit counted. `levels` cannot be oversold, whatever a function does.
 */
const SCHEMA = `
  CREATE SCHEMA sim;
  CREATE TABLE sim.levels (bucket int PRIMARY KEY, on_hand int NOT NULL, held int NOT NULL, CHECK (0 <= held AND held <= on_hand))
    WITH (fillfactor = 20);
  CREATE TABLE sim.holds (session_id text PRIMARY KEY, until timestamptz NOT NULL);
  CREATE TABLE sim.movements (id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, at timestamptz NOT NULL, held_delta int NOT NULL, reference text NOT NULL);
  CREATE TABLE sim.units (id int PRIMARY KEY, session_id text);
  CREATE INDEX units_free ON sim.units (id) WHERE session_id IS NULL;

  CREATE FUNCTION sim.hold_uncounted(p_session text, p_spread int) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    INSERT INTO sim.holds VALUES (p_session, clock_timestamp() + interval '31 minutes');
    INSERT INTO sim.movements (at, held_delta, reference) VALUES (clock_timestamp(), 1, p_session);
    RETURN true;
  END $$;

  -- Looks into each bucket once, each shopper from another one on. A bucket that is locked is waited for, so that a
  -- unit that its holder gives up is not missed. The rows of hold and ledger are written last, as in the product.
  CREATE FUNCTION sim.hold_in_bucket(p_session text, p_spread int) RETURNS boolean LANGUAGE plpgsql AS $$
  DECLARE
    buckets int := (SELECT count(*) FROM sim.levels);
  BEGIN
    FOR step IN 0 .. buckets - 1 LOOP
      UPDATE sim.levels SET held = held + 1 WHERE bucket = (p_spread + step) % buckets AND held < on_hand;
      IF FOUND THEN RETURN sim.hold_uncounted(p_session, p_spread); END IF;
    END LOOP;
    RETURN false;
  END $$;

  -- The first unit that is free and that nobody else is just taking.
  CREATE FUNCTION sim.hold_unit(p_session text, p_spread int) RETURNS boolean LANGUAGE plpgsql AS $$
  BEGIN
    UPDATE sim.units SET session_id = p_session
      WHERE id = (SELECT id FROM sim.units WHERE session_id IS NULL ORDER BY id LIMIT 1 FOR UPDATE SKIP LOCKED);
    RETURN FOUND AND sim.hold_uncounted(p_session, p_spread);
  END $$;

  -- Holds a unit for each of these shoppers, in their order, as long as there are any: for how many.
  CREATE FUNCTION sim.hold_many(p_sessions text[]) RETURNS int LANGUAGE plpgsql AS $$
  DECLARE
    free int := (SELECT on_hand - held FROM sim.levels WHERE bucket = 0 FOR UPDATE);
    taken int := least(free, cardinality(p_sessions));
  BEGIN
    UPDATE sim.levels SET held = held + taken WHERE bucket = 0;
    INSERT INTO sim.holds SELECT s, clock_timestamp() + interval '31 minutes' FROM unnest(p_sessions[:taken]) s;
    INSERT INTO sim.movements (at, held_delta, reference) SELECT clock_timestamp(), 1, s FROM unnest(p_sessions[:taken]) s;
    RETURN taken;
  END $$;`;
