/** What a test that hangs was waiting for, and how the worlds stood in which it did. */
interface Wait {
  what: string;
  since: number;
  given: { up: boolean };
}

const waits = new Set<Wait>();
const witnesses = new Set<() => Promise<string>>();

/**
 * Does something that may never end, under words that tell what it is for. `given.up` turns true when its test is
 * over.
 */
export async function waitingFor<T>(what: string, act: (given: { up: boolean }) => Promise<T>): Promise<T> {
  const wait: Wait = { what, since: Date.now(), given: { up: false } };
  waits.add(wait);
  try {
    return await act(wait.given);
  } finally {
    waits.delete(wait);
  }
}

/** Something whose state belongs into the report of a test that hangs; answers how to take it off the list. */
export function witness(describe: () => Promise<string>): () => void {
  witnesses.add(describe);
  return () => witnesses.delete(describe);
}

/** What is waited for at this moment, and the state of everything; null when nothing is. Whoever waits gives up. */
export async function reportHang(title: string): Promise<string | null> {
  const stuck = [...waits];
  if (stuck.length === 0) return null;
  waits.clear();
  for (const { given } of stuck) given.up = true;
  const lines = stuck.map(({ what, since }) => `  for ${Date.now() - since} ms: ${what}`);
  const states = await Promise.all([...witnesses].map((describe) => describe().catch((error) => `no state: ${error}`)));
  return [`"${title}" ended while it waited`, ...lines, ...states].join('\n');
}
