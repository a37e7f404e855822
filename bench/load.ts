/** Does `total` things, `atOnce` of them at a time. Answers how many a second were done, and what each answered. */
export async function inFlight<T>(
  total: number,
  atOnce: number,
  one: (index: number) => Promise<T>,
): Promise<{ perSecond: number; answers: T[] }> {
  const answers: T[] = [];
  let next = 0;
  const began = performance.now();
  const runner = async () => {
    for (let index = next++; index < total; index = next++) answers.push(await one(index));
  };
  await Promise.all(Array.from({ length: Math.min(atOnce, total) }, runner));
  return { perSecond: (total / (performance.now() - began)) * 1000, answers };
}

/** How long something takes, in milliseconds. */
export async function timed(act: () => Promise<unknown>): Promise<number> {
  const began = performance.now();
  await act();
  return performance.now() - began;
}
