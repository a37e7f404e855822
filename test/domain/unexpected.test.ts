import type { Deps } from '../../activities/deps';
import { createActivities } from '../../activities/index';

test('a defect is logged once, and then every ten minutes with how often it was met, however many orders it stops', async () => {
  const clock = { ms: 0, now: () => clock.ms };
  const log = { error: jest.fn(), warn: jest.fn() };
  // What an activity reads from it is undefined: a TypeError, which none of ours throws on purpose.
  const { orders } = createActivities({ db: {}, clock, log } as unknown as Deps);
  const fails = () => expect(orders.readOrder('cs_test_1' as never)).rejects.toMatchObject({ type: 'unexpected' });

  for (let times = 0; times < 3; times++) await fails();
  expect(log.error.mock.calls).toEqual([
    [{ err: expect.any(TypeError), activity: 'readOrder' }, 'an activity failed unexpectedly'],
  ]);
  clock.ms += 600_000;
  await fails();
  expect(log.error).toHaveBeenCalledTimes(2);
  expect(log.error).toHaveBeenLastCalledWith(expect.objectContaining({ times: 3 }), expect.any(String));
});
