import type { Client } from '@temporalio/client';
import { msToTs } from '@temporalio/common/lib/time';
import { setUpTemporal } from '../../worker/temporal-setup';

const PERMISSION_DENIED = 7;
const failing = (code: number) => async () => {
  throw Object.assign(new Error('no'), { code, details: '', metadata: {} });
};
const DAYS_30 = { config: { workflowExecutionRetentionTtl: msToTs(30 * 86_400_000) } };

/** What the set-up says, and whether it made the Schedule, where Temporal answers so. */
async function setUp(answers: Record<string, () => Promise<unknown>>) {
  const says: string[] = [];
  let schedules = 0;
  const temporal = {
    options: { namespace: 'shop' },
    withDeadline: (_at: number, call: () => unknown) => call(),
    connection: { workflowService: answers, operatorService: answers },
    schedule: { create: async () => void schedules++ },
  } as unknown as Client;
  const ended = await setUpTemporal({
    temporal,
    env: { RECONCILE_INTERVAL_SECONDS: 300 },
    log: (line) => void says.push(line),
  }).then(
    () => 'well',
    (error: Error) => error.message,
  );
  return { ended, says: says.join('\n'), schedules };
}

const refused = failing(PERMISSION_DENIED);
test.each([
  ['look', { describeNamespace: refused, listSearchAttributes: refused }, 'see that the namespace is there'],
  ['list', { describeNamespace: async () => DAYS_30, listSearchAttributes: refused }, 'search attributes of docs'],
  [
    'add',
    {
      describeNamespace: async () => DAYS_30,
      listSearchAttributes: async () => ({ customAttributes: {} }),
      addSearchAttributes: refused,
    },
    'create the search attributes OrderStatus (Keyword)',
  ],
])('a key that may not %s is told what is left to do, and the deploy goes on', async (_what, answers, todo) => {
  const { ended, says, schedules } = await setUp(answers);
  expect([ended, schedules]).toEqual(['well', 1]);
  expect(says).toContain('Temporal does not let this key change the namespace');
  expect(says).toContain(todo);
  expect(says).not.toContain('Search attributes are created');
});

test('a namespace that is missing and may not be made is said, and nothing else is tried', async () => {
  const { ended, says, schedules } = await setUp({ describeNamespace: failing(5), registerNamespace: refused });
  expect([ended, schedules]).toEqual(['well', 0]);
  expect(says).toContain('create the namespace with a retention of 30 days, and run this again');
});

test('what is no refusal fails', async () => {
  expect((await setUp({ describeNamespace: failing(14) })).ended).toBe('no');
});
