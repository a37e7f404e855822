/** What happens to an object by itself, a while after: kept, so that a restart does not forget it. */
import type { Later } from '../store/records';
import type { World } from '../world';

/** Within a transaction: makes `what` happen to the object after so many seconds of the sandbox's clock. */
export function happenLater(world: World, id: string, what: Later['what'], seconds: number): void {
  const later = world.store.later.put({ id, what, at: world.clock.now() + seconds * 1000 });
  world.store.afterwards(() => watch(world, later));
}

export function resumeLater(world: World): void {
  for (const later of world.store.later) watch(world, later);
}

function watch(world: World, { id, at }: Later): void {
  world.clock.at(at, () =>
    world.store.transaction(() => {
      const later = world.store.later.get(id);
      if (later === undefined) return;
      world.store.later.delete(id);
      world.happen(world, later);
    }),
  );
}
