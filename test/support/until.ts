import { waitingFor } from './hangs';

/**
 * Waits until something is so; the test's own time-out is the bound. When that strikes, the report of the run says
 * what was waited for.
 * @param what words for the report; without them the condition's own code is shown
 */
export const until = <T>(look: () => Promise<T | null | undefined | false>, what = look.toString()): Promise<T> =>
  waitingFor(what, async (given) => {
    while (!given.up) {
      const seen = await look();
      if (seen) return seen;
      await new Promise((resolve) => setTimeout(resolve, 25));
    }
    throw new Error(`gave up waiting for ${what}`);
  });
