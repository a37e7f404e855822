/** A part that comes back on its port with its data. */
export interface Restartable<T> {
  now: T;
  stop(): Promise<void>;
  start(): Promise<void>;
}

/** Starts it, and again whenever it is asked to. */
export async function restartable<T extends { stop(): Promise<void> }>(
  start: () => Promise<T>,
): Promise<Restartable<T>> {
  const part: Restartable<T> = {
    now: await start(),
    stop: () => part.now.stop(),
    start: async () => {
      part.now = await start();
    },
  };
  return part;
}
