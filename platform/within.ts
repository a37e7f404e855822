/**
 * Waits for a promise, but only so long: what hangs upstream must not hang the caller. The work itself goes on; what becomes of it after
 * that is nobody's, so a late failure is not an unhandled one.
 * @param ms real milliseconds, whatever clock the business runs by
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
