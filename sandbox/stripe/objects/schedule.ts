/** Changes that happen to an object by themselves after a while. They are stored, so a restart does not lose them. */
import type { ScheduledChange } from '../store/records';
import type { World } from '../world';

/** Within a transaction: makes `what` happen to the object after so many seconds of the sandbox's clock. */
export function schedule(world: World, id: string, what: ScheduledChange['what'], seconds: number): void {
  const change = world.store.scheduled.put({ id, what, at: world.clock.now() + seconds * 1000 });
  world.store.afterwards(() => wait(world, change));
}

export function resumeScheduled(world: World): void {
  for (const change of world.store.scheduled) wait(world, change);
}

function wait(world: World, { id, at }: ScheduledChange): void {
  world.clock.at(at, () =>
    world.store.transaction(() => {
      const change = world.store.scheduled.get(id);
      if (change === undefined) return;
      world.store.scheduled.delete(id);
      world.applyChange(world, change);
    }),
  );
}
