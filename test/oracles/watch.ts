/** Runs before each test file of a watched run and records the traffic between its tests and the sandbox. */
import { randomUUID } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Witness } from './witness';

const folder = process.env.WITNESS_FOLDER as string;
const witness = Witness.begin();

afterAll(() => {
  witness.end();
  const { exchanges, events } = witness;
  writeFileSync(join(folder, `${randomUUID()}.json`), JSON.stringify({ exchanges, events }));
});
