import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { quietWorkers } from '../support/quiet';
import { commandsNow, keepCommands, keptCommands } from './commands';

beforeAll(quietWorkers);

// A replay does not see arguments, time-outs, or the length of a timer: a wrong amount would pass it. `npm run
// replay:commands` keeps the commands as they are now; read what changed before you commit it.
test('the code gives every command of the saved histories with the arguments and times that are kept', async () => {
  const now = await commandsNow();
  if (process.env.RECORD === '1') keepCommands(now);
  const kept = readdirSync(join(__dirname, 'commands')).map((file) => file.replace(/\.jsonl$/, ''));
  expect(kept.sort()).toEqual(Object.keys(now).sort());
  for (const name of kept) expect([name, now[name]]).toEqual([name, keptCommands(name)]);
});
