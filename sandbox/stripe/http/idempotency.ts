/**
 * Idempotency keys as Stripe's v1 API has them: an answer given once execution had begun, 500s included, is repeated
 * for 24 hours. A key used with other parameters is refused, and so is a key whose first request is still under way.
 * https://docs.stripe.com/api/idempotent_requests
 */
import { createHash } from 'node:crypto';
import type { SavedAnswer } from '../store/records';
import type { World } from '../world';
import { invalid, keyInUse, otherEndpoint, otherParameters } from './errors';

const KEPT_FOR = 24 * 60 * 60 * 1000;
const LONGEST_KEY = 255;

export class IdempotencyKeys {
  private readonly underWay = new Set<string>();

  constructor(private readonly world: World) {}

  /**
   * The answer saved under a key, or null when the request must be executed; the key is then in use until `release`.
   */
  claim(key: string, path: string, params: unknown): SavedAnswer | null {
    if (key.length > LONGEST_KEY) throw invalid(`Idempotency keys must be at most ${LONGEST_KEY} characters long.`);
    if (this.underWay.has(key)) throw keyInUse(key);
    const saved = this.world.store.answers.get(key);
    if (saved === undefined || this.isOver(saved)) {
      this.underWay.add(key);
      return null;
    }
    if (saved.path !== path) throw otherEndpoint(key, saved.path, path);
    if (saved.fingerprint !== fingerprintOf(params)) throw otherParameters(key);
    return saved;
  }

  release(key: string): void {
    this.underWay.delete(key);
  }

  /** Call within the transaction whose outcome is the answer. */
  save(key: string, answer: Pick<SavedAnswer, 'body' | 'path' | 'requestId' | 'status'>, params: unknown): void {
    this.world.store.answers.put({
      id: key,
      ...answer,
      fingerprint: fingerprintOf(params),
      savedAt: this.world.clock.now(),
    });
  }

  /** Forgets answers older than a day. */
  prune(): void {
    const { store } = this.world;
    const old = [...store.answers].filter((saved) => this.isOver(saved));
    store.transaction(() => {
      for (const { id } of old) store.answers.delete(id);
    });
  }

  private isOver({ savedAt }: SavedAnswer): boolean {
    return savedAt + KEPT_FOR <= this.world.clock.now();
  }
}

function fingerprintOf(params: unknown): string {
  return createHash('sha256')
    .update(JSON.stringify(sorted(params)))
    .digest('base64');
}

/** The order of parameters does not matter. */
function sorted(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(sorted);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value).sort(([left], [right]) => (left < right ? -1 : 1));
  return Object.fromEntries(entries.map(([key, each]) => [key, sorted(each)]));
}
