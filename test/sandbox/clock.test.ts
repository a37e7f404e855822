import { SandboxClock } from '../../sandbox/stripe/clock';
import { until } from './rig';

function clockAt(start: number) {
  const base = { time: start, now: () => base.time };
  const failures: unknown[] = [];
  const clock = new SandboxClock(base, 0, (error) => failures.push(error));
  return { base, clock, failures };
}

test('follows its base clock, ahead by what it was moved, and never goes back', () => {
  const { base, clock } = clockAt(1000);
  expect(clock.now()).toBe(1000);
  clock.advanceTo(5000);
  expect(clock.now()).toBe(5000);
  base.time += 10;
  expect(clock.now()).toBe(5010);
  base.time -= 500;
  expect(clock.now()).toBe(5010);
  expect(() => clock.advanceTo(4000)).toThrow('only moves forward');
  clock.close();
});

test('jobs that fall due in a leap run in order, each at its own time', () => {
  const { clock } = clockAt(0);
  const log: [string, number][] = [];
  const note = (name: string) => () => log.push([name, clock.now()]);
  clock.at(300, note('third'));
  clock.at(100, () => {
    note('first')();
    clock.at(200, note('second'));
  });
  const cancel = clock.at(150, note('never'));
  clock.at(100, note('first, too'));
  clock.at(10_000, note('later'));
  cancel();
  clock.advanceTo(1000);
  expect(log).toEqual([
    ['first', 100],
    ['first, too', 100],
    ['second', 200],
    ['third', 300],
  ]);
  expect(clock.now()).toBe(1000);
  clock.close();
});

test('a job that fails does not keep the others from running', () => {
  const { clock, failures } = clockAt(0);
  const log: string[] = [];
  clock.at(1, () => {
    throw new Error('broken');
  });
  clock.at(2, () => log.push('ran'));
  clock.advanceTo(10);
  expect(failures).toEqual([new Error('broken')]);
  expect(log).toEqual(['ran']);
  expect(clock.now()).toBe(10);
  clock.close();
});

test('a thousand jobs added in random order run by time', () => {
  const { clock } = clockAt(0);
  const times = [...Array(1000)].map((_, index) => ((index * 7919) % 1000) + 1);
  const log: number[] = [];
  for (const time of times) clock.at(time, () => log.push(time));
  clock.advanceTo(1000);
  expect(log).toEqual([...times].sort((left, right) => left - right));
  clock.close();
});

test('follows a base clock that a test moves', async () => {
  const { base, clock } = clockAt(0);
  let ran = false;
  clock.at(60_000, () => {
    ran = true;
  });
  base.time = 60_000;
  await until(() => ran);
  clock.close();
});
