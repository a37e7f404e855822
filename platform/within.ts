/**
 * Waits for a promise for a limited time, so that a call that hangs does not hang its caller. The work itself goes
 * on; its late failure is ignored instead of being an unhandled rejection.
 * @param ms real milliseconds, whatever clock business code uses
 */
export async function within<T>(ms: number, work: Promise<T>, late: () => Error): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const limit = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(late()), ms);
  });
  work.catch(() => {});
  try {
    return await Promise.race([work, limit]);
  } finally {
    clearTimeout(timer);
  }
}
