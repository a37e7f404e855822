import { AGENTS_CHANGED, APPROVAL_HOOK } from '../../domain/fault';
import { watchAccount } from '../../store/alarms/watch';
import type { Db } from '../../store/database';
import { withDatabase } from '../support/database';

/** What a process records of refusals and successes, and how little it writes while all is well. */

let db: Db;
withDatabase(2, (opened) => {
  db = opened;
});

const clock = { ms: Date.parse('2026-11-23T12:00:00Z'), now: () => clock.ms };
const log = { warn: jest.fn() };
const aProcess = () => watchAccount(db, clock, log);
const open = async () => (await db.accountAlarm.findMany({ where: { resolvedAt: null } })).map(({ cause }) => cause);

test('a cause that nobody tries again ends with a success in any process, also of one that has seen it well before', async () => {
  const [one, other] = [aProcess(), aProcess()];
  await other.worked([AGENTS_CHANGED], APPROVAL_HOOK);
  await one.refused(AGENTS_CHANGED, APPROVAL_HOOK);
  expect(await open()).toEqual([AGENTS_CHANGED]);

  await other.worked([AGENTS_CHANGED], APPROVAL_HOOK);
  expect(await open()).toEqual([AGENTS_CHANGED]); // it has just written that all is well
  clock.ms += 60_000;
  await other.worked([AGENTS_CHANGED], APPROVAL_HOOK);
  expect(await open()).toEqual([]);

  await one.refused(AGENTS_CHANGED, APPROVAL_HOOK);
  await aProcess().worked([AGENTS_CHANGED], APPROVAL_HOOK); // one that has just started
  expect(await open()).toEqual([]);
});

test('of any other cause, a success without an earlier refusal in this process writes nothing', async () => {
  await aProcess().refused('stripe_key');
  const writes = jest.spyOn(db.accountAlarm, 'updateMany');
  await aProcess().worked(['stripe_key']);
  expect(writes).not.toHaveBeenCalled();
  writes.mockRestore();
  expect(await open()).toEqual(['stripe_key']); // a probe ends it
});

test('what could not be written down is tried again with the next success', async () => {
  const watch = aProcess();
  await watch.refused(AGENTS_CHANGED, APPROVAL_HOOK);
  const fails = jest.spyOn(db.accountAlarm, 'updateMany').mockRejectedValueOnce(new Error('away'));
  await watch.worked([AGENTS_CHANGED], APPROVAL_HOOK);
  expect(log.warn).toHaveBeenCalledTimes(1);
  fails.mockRestore();
  await watch.worked([AGENTS_CHANGED], APPROVAL_HOOK);
  expect(await open()).not.toContain(AGENTS_CHANGED);
});
