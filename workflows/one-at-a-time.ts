import { patched } from '@temporalio/workflow';

type Steps = Record<string, (...args: never[]) => Promise<unknown>>;

/** Runs from before this patch do such steps side by side. */
const ONE_AT_A_TIME = 'one-local-step-at-a-time';

/**
 * Does the local activities of a workflow one after the other. Handlers of updates would do theirs beside those of the
 * story, and such a history may not replay: the SDK gives out the results of steps that are done side by side one by
 * one as they come, but together when it replays them (docs/deciding/0070). Each starts as soon as the one before it is
 * done.
 * @param steps as `proxyLocalActivities` makes them
 * @returns the same, to be called as functions
 */
export function oneAtATime<T extends object>(steps: T): T {
  let last: Promise<unknown> | null = null;
  const take = <R>(step: Promise<R>): Promise<R> => {
    const isOver = () => {
      if (last === step) last = null;
    };
    last = step;
    step.then(isOver, isOver); // before the caller goes on, which may take the next step
    return step;
  };
  return new Proxy(steps, {
    get: (_, name) => {
      const step = (steps as Steps)[name as string] as (...args: unknown[]) => Promise<unknown>;
      return (...args: unknown[]) => {
        const act = () => step(...args);
        return take(last === null || !patched(ONE_AT_A_TIME) ? act() : last.then(act, act));
      };
    },
  });
}
