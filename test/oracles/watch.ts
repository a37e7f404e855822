/** Set up before each test file of a watched run: what passes between the file's tests and the sandbox is kept for the oracles. */
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
