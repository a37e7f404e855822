import { condition, patched } from '@temporalio/workflow';

/** What a run goes on with while one of its steps waits to be tried again. */
export interface OtherWork {
  /** Whether there is any now. */
  has(): boolean;
  /** Does one piece of it. */
  doNext(): Promise<void>;
}

/** Runs from before this patch did nothing else while a step waited, and must not when they are replayed. */
const GOES_ON = 'other-work-goes-on-while-a-refund-waits';

/**
 * Waits, and does other work that comes meanwhile, one piece at a time. Returns once both the wait is over and the
 * piece at hand is done, so that nothing runs beside the next try.
 */
export async function waitAndGoOn(wait: () => Promise<void>, others: OtherWork | undefined): Promise<void> {
  if (others === undefined) return wait();
  let isOver = false;
  const work = goOn(others, () => isOver);
  try {
    await wait();
  } finally {
    isOver = true;
  }
  await work;
}

async function goOn(others: OtherWork, isOver: () => boolean): Promise<void> {
  for (;;) {
    await condition(() => isOver() || others.has());
    if (isOver() || !patched(GOES_ON)) return;
    await others.doNext();
  }
}
