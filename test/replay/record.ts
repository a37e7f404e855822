import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { historyToJSON } from '@temporalio/common/lib/proto-utils';
import { World } from '../workflow/world';
import { ENDINGS } from './endings';

/** What the second history of an ending is, where it is no refund's. */
const BESIDE: Record<string, string> = {
  'cancelled-in-bulk': 'bulk',
  'dispute-won': 'dispute',
  'warned-of-fraud': 'notice',
  swept: 'sweep',
};

export const HISTORIES = join(__dirname, 'histories');

/** Plays the named endings (all by default) and keeps their histories, for `npm run replay:record`. */
export async function record(names: string[] = Object.keys(ENDINGS)): Promise<void> {
  const world = await World.start();
  mkdirSync(HISTORIES, { recursive: true });
  try {
    for (const name of names) {
      const ids = (await ENDINGS[name]?.(world)) ?? [];
      for (const [index, id] of ids.entries()) {
        const file = join(HISTORIES, `${name}${index > 0 ? `-${BESIDE[name] ?? 'refund'}` : ''}.json`);
        writeFileSync(file, `${historyToJSON(await world.history(id))}\n`);
      }
    }
  } finally {
    await world.stop();
  }
}
