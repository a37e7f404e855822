import fc from 'fast-check';
import { type SweepMarks, spanWritten, windowOf } from '../../domain/sweep';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const INTERVAL = 5 * MINUTE;

/** Runs sweeps on schedule, some a little late, some failing. Returns the windows of those that succeed. */
function sweeps(from: number, until: number, intervalMs: number, late: number[], fails: boolean[]) {
  const marks: SweepMarks = { last: from, lastWide: from };
  const done: ReturnType<typeof windowOf>[] = [];
  for (let tick = 0; from + (tick + 1) * intervalMs <= until; tick++) {
    const now = from + (tick + 1) * intervalMs + (late[tick % late.length] ?? 0);
    const window = windowOf(now, marks, { intervalMs, staff: false });
    if (fails[tick % fails.length]) continue;
    done.push(window);
    marks.last = now;
    if (window.wide) marks.lastWide = now;
  }
  return done;
}

/** A session that is paid within a day of its creation, which only Stripe's list of sessions shows. */
const paidSession = fc.record({
  made: fc.integer({ min: 0, max: 48 * HOUR }),
  after: fc.integer({ min: 0, max: 24 * HOUR }),
});
const lateness = fc.array(fc.integer({ min: 0, max: 20_000 }), { minLength: 1, maxLength: 7 });

describe('how far back a sweep looks', () => {
  test('the next sweep finds a paid session made in the last hour; any other is found within an hour', () => {
    fc.assert(
      fc.property(paidSession, lateness, ({ made, after }, late) => {
        const from = 1e12;
        const paid = from + made + after;
        const finder = sweeps(from - 24 * HOUR, paid + 3 * HOUR, INTERVAL, late, [false]).find(
          ({ until, sessionsSince }) => until >= paid && sessionsSince <= from + made,
        );
        const within = after <= HOUR ? INTERVAL : HOUR;
        expect((finder?.until ?? Infinity) - paid).toBeLessThanOrEqual(within + 20_000);
      }),
    );
  });

  test('the next wide sweep covers every session paid since the last good sweep, whatever failed in between', () => {
    fc.assert(
      fc.property(
        paidSession,
        lateness,
        fc.array(fc.boolean(), { minLength: 3, maxLength: 40 }),
        ({ made, after }, late, fails) => {
          fc.pre(fails.includes(false));
          const from = 1e12;
          const paid = from + made + after;
          const done = sweeps(from - 24 * HOUR, paid + 30 * HOUR, INTERVAL, late, fails);
          const wide = done.find(({ until, wide }) => wide && until >= paid);
          expect(wide?.sessionsSince).toBeLessThanOrEqual(from + made);
        },
      ),
    );
  });

  test.each([5 * MINUTE, 30 * MINUTE, 3 * HOUR, 48 * HOUR])(
    'the windows of two sweeps %i ms apart leave no gap for events or money',
    (intervalMs) => {
      const done = sweeps(1e12, 1e12 + 10 * intervalMs, intervalMs, [0, 9_000], [false, true, true]);
      expect(done.length).toBeGreaterThan(2);
      for (const [index, { eventsSince, ledgerSince, runsSince }] of done.slice(1).entries())
        for (const since of [eventsSince, ledgerSince, runsSince])
          expect(since).toBeLessThanOrEqual((done[index]?.until ?? 0) - 9 * MINUTE);
    },
  );

  test('the spans of what is written here follow one another, whichever sweeps fail', () => {
    const done = sweeps(1e12, 1e12 + 20 * INTERVAL, INTERVAL, [0, 9_000], [false, true, true]).map(spanWritten);
    expect(done.length).toBeGreaterThan(2);
    for (const [index, { since }] of done.slice(1).entries()) expect(since).toEqual(done[index]?.before);
  });

  test('a normal sweep looks back 65 minutes at sessions; an hourly wide sweep looks back 25 hours', () => {
    const now = 1e12;
    const usual = windowOf(
      now,
      { last: now - INTERVAL, lastWide: now - 20 * MINUTE },
      { intervalMs: INTERVAL, staff: false },
    );
    expect([usual.wide, now - usual.sessionsSince, usual.undeliveredSince]).toEqual([false, 65 * MINUTE, null]);
    const hourly = windowOf(
      now,
      { last: now - INTERVAL, lastWide: now - 56 * MINUTE },
      { intervalMs: INTERVAL, staff: false },
    );
    expect([hourly.wide, now - hourly.sessionsSince]).toEqual([true, 25 * HOUR]);
    const staff = windowOf(now, { last: now - 1000, lastWide: now - 1000 }, { intervalMs: INTERVAL, staff: true });
    for (const since of [staff.sessionsSince, staff.eventsSince, staff.runsSince, staff.ledgerSince])
      expect(now - since).toBeGreaterThanOrEqual(25 * HOUR);
  });
});
