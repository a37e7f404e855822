import { get } from './http';
import type { System } from './system';

interface Session {
  id: string;
  status: string;
  payment_status: string;
}

interface Refund {
  id: string;
  amount: number;
  currency: string;
  status: string;
}

interface List<T> {
  data: T[];
}

/** Stripe: its API, used with its key, and the sandbox's control API for what shoppers and banks do. */
export class Stripe {
  constructor(private readonly system: System) {}

  session(id: string): Promise<Session> {
    return this.api(`/checkout/sessions/${id}`);
  }

  async refundsOf(paymentIntent: string): Promise<Refund[]> {
    return (await this.api<List<Refund>>(`/refunds?payment_intent=${paymentIntent}`)).data;
  }

  /** The id of the event that reports a session as completed, or null while there is none. */
  async completedEvent(sessionId: string): Promise<string | null> {
    const events = await this.api<List<{ id: string; data: { object: { id: string } } }>>(
      '/events?type=checkout.session.completed&limit=100',
    );
    return events.data.find(({ data }) => data.object.id === sessionId)?.id ?? null;
  }

  /** The id of the price with this lookup key, created if there is none. */
  async priceFor(lookupKey: string, product: { name: string; amount: number; currency: string }): Promise<string> {
    const found = await this.api<List<{ id: string }>>(`/prices?lookup_keys[]=${lookupKey}&limit=1`);
    if (found.data[0]) return found.data[0].id;
    const made = await this.api<{ id: string }>('/prices', {
      currency: product.currency,
      unit_amount: String(product.amount),
      lookup_key: lookupKey,
      'product_data[name]': product.name,
    });
    return made.id;
  }

  /** A session created at Stripe directly, without Holdfast, as by a payment link. */
  createSession(price: string, successUrl: string): Promise<Session> {
    return this.control('/sessions', {
      mode: 'payment',
      line_items: [{ price, quantity: 1 }],
      success_url: successUrl,
    });
  }

  pay(sessionId: string, email: string, name: string): Promise<unknown> {
    return this.control(`/sessions/${sessionId}/pay`, { card: '4242 4242 4242 4242', email, name });
  }

  expire(sessionId: string): Promise<Session> {
    return this.control(`/sessions/${sessionId}/expire`, {});
  }

  redeliver(event: string): Promise<unknown> {
    return this.control(`/events/${event}/redeliver`, {});
  }

  /** The HTTP statuses Holdfast answered to each delivery of an event. */
  async answersTo(event: string): Promise<(number | null)[]> {
    const { attempts } = await this.control<{ attempts: { event: string; status: number | null }[] }>('/deliveries');
    return attempts.filter((attempt) => attempt.event === event).map(({ status }) => status);
  }

  private api<T>(path: string, form?: Record<string, string>): Promise<T> {
    return get<T>(`${this.system.stripe}/v1${path}`, { token: this.system.stripeKey, ...(form && { form }) });
  }

  private control<T>(path: string, json?: unknown): Promise<T> {
    return get<T>(`${this.system.control}${path}`, { json });
  }
}
