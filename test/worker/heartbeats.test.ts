import { CancelledFailure } from '@temporalio/common';
import { MockActivityEnvironment } from '@temporalio/testing';
import { atWork } from '../../activities/at-work';
import { sendHeartbeats } from '../../worker/heartbeats';

/** Runs an activity as a worker does. `beats` counts its heartbeats. */
function running(heartbeatTimeoutMs?: number) {
  const environment = new MockActivityEnvironment(heartbeatTimeoutMs === undefined ? {} : { heartbeatTimeoutMs }, {
    interceptors: [sendHeartbeats],
  });
  const seen = { beats: 0 };
  environment.on('heartbeat', () => {
    seen.beats++;
  });
  return { environment, seen };
}

describe('a worker sends heartbeats for an activity', () => {
  test('for as long as it works, if it has a heartbeat time-out', async () => {
    const { environment, seen } = running(40);
    await environment.run(async () => {
      while (seen.beats < 3) await new Promise(setImmediate);
    });
    const { beats } = seen;
    await new Promise((resolve) => setTimeout(resolve, 50));
    expect(seen.beats).toBe(beats); // none once it is done
  });

  test('and none if it has no heartbeat time-out', async () => {
    const { environment, seen } = running();
    await environment.run(() => new Promise((resolve) => setTimeout(resolve, 30)));
    expect(seen.beats).toBe(0);
  });
});

test('a long activity says between its parts that it is at work, and stops there once it is cancelled', async () => {
  const { environment, seen } = running();
  let parts = 0;
  const work = environment.run(async () => {
    for (;;) {
      atWork();
      if (++parts === 3) environment.cancel();
    }
  });
  await expect(work).rejects.toBeInstanceOf(CancelledFailure);
  expect([parts, seen.beats]).toEqual([3, 3]);
});
