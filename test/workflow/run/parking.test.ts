import { ApplicationFailure } from '@temporalio/common';
import { Parking } from '../../../workflows/parking';
import { activities, failing, pass, refused, reset, seen, settle, update } from './temporal';

jest.mock('@temporalio/workflow', () => jest.requireActual('./temporal').fakeTemporal);

/** A parking, and what came of it: the flag in the database and the calls by mail, in their order. */
function parked() {
  const flags: string[] = [];
  const parking: Parking = new Parking({
    show: () => undefined,
    raise: async ({ step, reason }) => void flags.push(`${step}: ${reason}`),
    lower: async () => void flags.push('lowered'),
    call: ({ step }) => void flags.push(`mail about ${step}`),
  });
  return { parking, flags };
}

/** A step that fails in these ways, one try after the other, and then succeeds. */
function step(...failures: unknown[]) {
  const tries = jest.fn(async () => {
    const failure = failures.shift();
    if (failure) throw failure;
    return 'done';
  });
  return tries;
}

beforeEach(reset);

test('a step that succeeds calls nobody', async () => {
  const { parking, flags } = parked();
  await expect(parking.untilDone('ship', step())).resolves.toBe('done');
  expect([flags, parking.all]).toEqual([[], []]);
});

test('a passing failure is tried twice in silence, then in sight of staff, who are mailed once', async () => {
  const { parking, flags } = parked();
  const down = () => failing('The database is down');
  const act = step(down(), down(), down(), down());
  const done = parking.untilDone('ship', act);
  await pass(15_000);
  expect(parking.all).toEqual([]);
  await pass(30_000);
  expect(parking.all).toEqual([{ step: 'ship', reason: 'The database is down' }]);
  await pass(15_000);
  await pass(30_000);
  await expect(done).resolves.toBe('done');
  await settle();
  expect(act).toHaveBeenCalledTimes(5);
  expect(flags).toEqual(['ship: The database is down', 'mail about ship', 'lowered']);
});

test('other work is done between two tries, never beside one, and one piece at a time', async () => {
  const { parking } = parked();
  const log: string[] = [];
  let wanted = 0;
  const others = {
    has: () => wanted > 0,
    doNext: async () => {
      wanted--;
      log.push('begins');
      await settled();
      log.push('ends');
    },
  };
  const act = step(failing('Stripe is down', { lasting: true }));
  const tries = async () => {
    log.push('try');
    wanted++; // comes while it is tried
    await settled();
    return act().finally(() => log.push('tried'));
  };
  const done = parking.untilDone('refund', tries, { others });
  await settle();
  expect(log).toEqual(['try', 'tried', 'begins', 'ends']);
  wanted = 2;
  await pass(600_000);
  await expect(done).resolves.toBe('done');
  expect(log.slice(4)).toEqual(['begins', 'ends', 'begins', 'ends', 'try', 'tried']);
});

const settled = async () => {
  for (let turns = 0; turns < 9; turns++) await null;
};

test('a lasting failure parks at once, and tries again by itself after ten minutes', async () => {
  const { parking, flags } = parked();
  const act = step(failing('Stripe refuses the key', { lasting: true }));
  const done = parking.untilDone('confirm', act);
  await pass(599_999);
  expect(act).toHaveBeenCalledTimes(1);
  expect(flags).toEqual(['confirm: Stripe refuses the key', 'mail about confirm']);
  await pass(1);
  await expect(done).resolves.toBe('done');
});

test('a local activity that failed parks too: its failure comes bare. A refusal of our own is thrown', async () => {
  const { parking } = parked();
  const details = [{ fault: 'thing' }];
  const act = step(ApplicationFailure.create({ message: 'The database did not do it', nonRetryable: true, details }));
  const done = parking.untilDone('ship', act);
  await settle();
  expect(parking.all).toEqual([{ step: 'ship', reason: 'The database did not do it' }]);
  await pass(600_000);
  await expect(done).resolves.toBe('done');
  const refusal = ApplicationFailure.create({ message: 'There is nothing to ship', nonRetryable: true });
  await expect(parking.untilDone('ship', step(refusal))).rejects.toBe(refusal);
});

describe('a failure that lasts costs a run ever less: a try is about eleven events of its history', () => {
  const DAY = 86_400_000;
  /** How often a step is tried that fails like this for a month, from the third day on. */
  async function triesInAMonth(failure: unknown): Promise<number> {
    const { parking, flags } = parked();
    const act = jest.fn().mockRejectedValue(failure);
    void parking.untilDone('confirm', act);
    const hours = (count: number) => Array.from({ length: count });
    for (const _ of hours(48 * 6)) await pass(DAY / 144);
    const before = act.mock.calls.length;
    for (const _ of hours(28 * 24)) await pass(DAY / 24);
    expect(flags.filter((flag) => flag.startsWith('mail'))).toHaveLength(1); // one episode, one mail
    return act.mock.calls.length - before;
  }
  const thing = { details: { fault: 'thing' } };

  test.each([
    ['that Stripe refuses', failing('Stripe refuses the request', { lasting: true })],
    ['that is a defect of ours', failing('TypeError in read')],
    [
      'of a value that the database refuses',
      failing('The database did not do it (22P05)', { type: 'database', ...thing }),
    ],
  ])('%s: fewer than ten events a day', async (_, failure) => {
    expect((await triesInAMonth(failure)) * 11).toBeLessThan(28 * 10);
  });

  test('a database that is away is tried every ten minutes, however long it is', async () => {
    const away = failing('The database did not do it (no answer)', { type: 'database', details: { fault: 'moment' } });
    const { parking } = parked();
    const act = jest.fn().mockRejectedValue(away);
    void parking.untilDone('commit', act);
    for (let minutes = 0; minutes < 24 * 60; minutes += 5) await pass(300_000);
    expect(act.mock.calls.length).toBeGreaterThan(24 * 5);
  });

  test('`retry` counts as news: the waiting begins anew', async () => {
    const { parking } = parked();
    parking.takeRetries();
    const act = jest.fn().mockRejectedValue(failing('Refused', { lasting: true }));
    void parking.untilDone('confirm', act);
    for (let minutes = 0; minutes < 24 * 60; minutes += 10) await pass(600_000);
    await Promise.all([update('retry'), settle()]);
    const before = act.mock.calls.length;
    await pass(600_000);
    expect(act.mock.calls.length).toBe(before + 1);
  });
});

test('`retry` tries at once, and is answered when it was tried', async () => {
  const { parking } = parked();
  parking.takeRetries();
  expect(() => update('retry')).toThrow('Nothing needs attention');
  const lasting = () => failing('The key is refused', { lasting: true });
  const done = parking.untilDone('read', step(lasting(), lasting()));
  await settle();
  const [first] = await Promise.all([update('retry'), settle()]);
  expect(first).toBe('waiting');
  const [second] = await Promise.all([update('retry'), settle()]);
  expect(second).toBe('done');
  await expect(done).resolves.toBe('done');
});

test('a `retry` during an attempt is answered by the next one, which begins at once', async () => {
  const { parking } = parked();
  parking.takeRetries();
  const lasting = failing('The key is refused', { lasting: true });
  let fail: (reason: unknown) => void = () => undefined;
  const act = step(lasting);
  act.mockImplementationOnce(() => Promise.reject(lasting));
  act.mockImplementationOnce(() => new Promise((_resolve, reject) => (fail = reject))); // on its way when staff ask
  act.mockImplementationOnce(async () => 'done');
  const done = parking.untilDone('refund', act);
  await pass(600_000);
  const answer = update('retry');
  await settle();
  fail(lasting);
  const [outcome] = await Promise.all([answer, settle()]);
  expect([outcome, act.mock.calls.length]).toEqual(['done', 3]);
  await expect(done).resolves.toBe('done');
});

test('a step that is not worth another try is given up: the failure is thrown, and the flag is lowered', async () => {
  const { parking, flags } = parked();
  const giveUp = (_failure: unknown, tries: number) => tries === 2;
  const act = step(failing('No provider'), failing('No provider'));
  const given = parking.untilDone('mail', act, { quietTries: 0, giveUp });
  const thrown = expect(given).rejects.toThrow('Activity task failed');
  await pass(15_000);
  await thrown;
  await settle();
  expect(flags).toEqual(['mail: No provider', 'mail about mail', 'lowered']);
});

test('a stuck mail does not hide a step that is stuck too, and staff are called once for each', async () => {
  const { parking, flags } = parked();
  const lasting = (reason: string) => failing(reason, { lasting: true });
  const mail = parking.untilDone('mail', step(lasting('No provider')));
  await settle();
  expect(parking.isStuck).toBe(false); // it stands beside the order
  const refund = parking.untilDone('refund', step(lasting('No balance')));
  await settle();
  expect(parking.isStuck).toBe(true);
  await Promise.all([parking.retry(), settle()]);
  await expect(Promise.all([mail, refund])).resolves.toEqual(['done', 'done']);
  await settle();
  expect(flags.slice(0, 4)).toEqual([
    'mail: No provider',
    'mail about mail',
    'refund: No balance',
    'mail about refund',
  ]);
  expect(flags.slice(4).filter((flag) => flag.startsWith('mail about'))).toEqual([]);
  expect(flags.at(-1)).toBe('lowered');
});

test('for a decision it waits without trying anything, until staff or something else ends it', async () => {
  const { parking, flags } = parked();
  let changed = false;
  const decided = parking.forDecision('refund', 'The payment is disputed', () => changed);
  await pass(86_400_000);
  expect(parking.all).toHaveLength(1);
  changed = true;
  await settle();
  await decided;
  expect(flags).toEqual(['refund: The payment is disputed', 'mail about refund', 'lowered']);
});

test('a mistake in the code is thrown on: it is nothing that staff could act on', async () => {
  const { parking } = parked();
  await expect(parking.untilDone('ship', () => Promise.reject(new TypeError('oops')))).rejects.toThrow('oops');
});

describe('what stops every order', () => {
  /** The account stays refused until the returned function is called. */
  function refusedAccount(): () => void {
    let right: () => void = () => {};
    activities.awaitAccount = () =>
      new Promise((resolve) => {
        right = () => resolve(undefined);
      });
    return () => right();
  }

  test('is in sight, calls nobody, costs one activity however long it lasts, and goes on by itself', async () => {
    const right = refusedAccount();
    const { parking, flags } = parked();
    const done = parking.untilDone('confirm', step(refused('stripe_key')));
    await pass(7 * 86_400_000);
    expect(parking.all).toEqual([{ step: 'confirm', reason: 'Refused: stripe_key' }]);
    expect(seen.steps).toEqual([['awaitAccount', { cause: 'stripe_key', since: expect.any(Number) }]]);
    right();
    await settle();
    await expect(done).resolves.toBe('done');
    expect(flags).toEqual(['confirm: Refused: stripe_key', 'lowered']);
  });

  test('is waited for longer each time if it seems right and the step is refused again, up to an hour', async () => {
    activities.awaitAccount = async () => 'right';
    const refusals = Array.from({ length: 11 }, () => refused('stripe_permission'));
    const { parking } = parked();
    await Promise.all([parking.untilDone('confirm', step(...refusals)), settle()]);
    expect(seen.pauses.slice(0, 3)).toEqual([15_000, 30_000, 60_000]);
    expect(seen.pauses.slice(-3)).toEqual([3_600_000, 3_600_000, 3_600_000]);
  });

  test('does not keep `retry` waiting', async () => {
    refusedAccount();
    const { parking } = parked();
    parking.takeRetries();
    const done = parking.untilDone('refund', step(refused('stripe_permission')));
    await settle();
    const [answer] = await Promise.all([update('retry'), settle()]);
    expect(answer).toBe('done');
    await expect(done).resolves.toBe('done');
  });

  test('is no call for what is refused for this order’s sake afterwards, and the other way round', async () => {
    const right = refusedAccount();
    const { parking, flags } = parked();
    const lasting = failing('No balance', { lasting: true, details: { fault: 'thing' } });
    const done = parking.untilDone('refund', step(refused('stripe_key'), lasting, refused('stripe_key'), lasting));
    await settle();
    right();
    await pass(600_000);
    right();
    await pass(600_000);
    await expect(done).resolves.toBe('done');
    expect(flags.filter((flag) => flag.startsWith('mail'))).toEqual(['mail about refund']);
  });

  test('looks like an outage to one order, and is none: staff are called, and it is tried again', async () => {
    activities.awaitAccount = async () => 'was-right';
    const { parking, flags } = parked();
    const failed = () => failing('Stripe did not say', { details: { fault: 'moment', cause: 'stripe_down' } });
    const done = parking.untilDone('refund', step(failed(), failed(), failed()));
    await pass(15_000);
    await pass(30_000);
    expect(flags).toEqual(['refund: Stripe did not say', 'mail about refund']);
    await pass(15_000);
    await expect(done).resolves.toBe('done');
  });

  test('is not tried again without a pause if nobody can tell whether the account is right', async () => {
    const failed = failing('Not registered', { lasting: true });
    activities.awaitAccount = () => Promise.reject(failed);
    const { parking, flags } = parked();
    const act = step(refused('stripe_key'), refused('stripe_key'));
    const done = parking.untilDone('refund', act);
    await pass(599_999);
    expect(act).toHaveBeenCalledTimes(1);
    expect(flags).toEqual(['refund: Refused: stripe_key', 'mail about refund']);
    await pass(1);
    await pass(600_000);
    await expect(done).resolves.toBe('done');
  });
});
