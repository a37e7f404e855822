import { replay } from '../../../worker/replay';
import type { Machinery } from './machinery';

/** Replays every history that a world made against the code as it is: no change of code may make one impossible. */
export async function replayEverything(world: Machinery): Promise<void> {
  const histories = await Promise.all(
    world.known.map(async (workflowId) => {
      const history = await world.history(workflowId).catch(() => null); // not every id was started
      return history ? [{ workflowId, history }] : [];
    }),
  );
  const [divergence] = await replay(histories.flat(), world.bundle, world.dataConverter);
  if (divergence) throw new Error(`the history of ${divergence.workflowId} does not replay: ${divergence.message}`);
}
