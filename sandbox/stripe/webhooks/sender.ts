/** Posts events to endpoints, a limited number at once, and remembers what each endpoint answered. */
import type Stripe from 'stripe';
import type { StoredEvent } from '../store/records';
import type { World } from '../world';
import { type Form, postEvent, type Tampering } from './webhook-post';

const AT_ONCE = 64;
const REMEMBERED = 10_000;

export interface Attempt {
  event: string;
  type: string;
  form: Form;
  endpoint: string;
  url: string;
  /** HTTP status, or null when no answer came. */
  status: number | null;
  at: number;
}

export class Sender {
  readonly attempts: Attempt[] = [];
  private readonly waiting: (() => void)[] = [];
  private active = 0;

  /** @param world read late, because the world is made after its sender */
  constructor(private readonly world: () => World) {}

  /** Runs `send` once fewer than 64 others are running. */
  async inTurn<T>(send: () => Promise<T>): Promise<T> {
    if (this.active >= AT_ONCE) await new Promise<void>((resolve) => this.waiting.push(resolve));
    this.active++;
    try {
      return await send();
    } finally {
      this.active--;
      this.waiting.shift()?.();
    }
  }

  /** The HTTP status the endpoint answered, or null when no answer came. */
  async post(
    endpoint: Stripe.WebhookEndpoint,
    event: StoredEvent,
    form: Form,
    tampering: Tampering,
  ): Promise<number | null> {
    const status = await postEvent(this.world(), endpoint, event, form, tampering);
    const { id, type } = event;
    this.attempts.push({ event: id, type, form, endpoint: endpoint.id, url: endpoint.url, status, at: Date.now() });
    if (this.attempts.length > REMEMBERED) this.attempts.shift();
    return status;
  }

  forget(): void {
    this.attempts.length = 0;
  }

  /** When the sandbox closes: lets everything that waits run to its own check of that. */
  close(): void {
    for (const next of this.waiting.splice(0)) next();
  }
}
