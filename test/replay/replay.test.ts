import { readdirSync, rmSync } from 'node:fs';
import { makeBundle, workflowBundle } from '../../worker/bundle';
import { replay, savedHistories } from '../../worker/replay';
import { newFolder } from '../support/folder';
import { quietWorkers } from '../support/quiet';
import { ENDINGS } from './endings';
import { mutated } from './mutated';
import { HISTORIES, record } from './record';

// `npm run replay:record` plays every ending again and keeps the new histories; do so only for changes that
// `patched` does not cover.
const recording = process.env.RECORD === '1';

(recording ? test : test.skip)('records every ending', () => record(), 300_000);

beforeAll(quietWorkers);

test('there is a history of every ending', () => {
  const saved = readdirSync(HISTORIES).map((file) => file.replace(/\.json$/, ''));
  expect(saved).toEqual(expect.arrayContaining(Object.keys(ENDINGS)));
});

test('every saved history replays against the code as it is', async () => {
  const failures = await replay(savedHistories(HISTORIES), await workflowBundle());
  expect(failures).toEqual([]);
}, 120_000);

test('a workflow that takes its steps in another order fails the replay, naming the workflow and the event', async () => {
  const folder = newFolder('mutated');
  try {
    const failures = await replay(savedHistories(HISTORIES), await makeBundle(mutated(folder)));
    const names = failures.map(({ workflowId }) => workflowId);
    expect(names).toContain('completed-digital');
    expect(failures.find(({ workflowId }) => workflowId === 'completed-digital')?.message).toMatch(/Nondeterminism/i);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}, 120_000);
