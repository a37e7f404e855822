import type { SessionId } from '../../../domain/ids';
import { WORKFLOWS } from '../../../messages/names';
import { lookSignal, orderStart } from '../../../messages/order';
import type { LoggedRequest } from '../../../sandbox/stripe/http/request-log';
import { Machinery } from './machinery';

/** What happens at Stripe, and how the shop hears of it. */
export abstract class WithStripe extends Machinery {
  /** Something happens at Stripe or to it: the sandbox's control API. */
  async at<T = Record<string, unknown>>(path: string, body: Record<string, unknown> = {}): Promise<T> {
    await this.catchUp();
    const answer = await fetch(`${this.sandbox.url}/_control${path}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as T;
  }

  /** From now on nothing goes wrong at Stripe. */
  async noFaults(): Promise<void> {
    await fetch(`${this.sandbox.url}/_control/faults`, { method: 'DELETE' });
  }

  /** What was asked of Stripe's API so far. */
  async requests(): Promise<LoggedRequest[]> {
    const { data } = (await (await fetch(`${this.sandbox.url}/_control/requests`)).json()) as { data: LoggedRequest[] };
    return data;
  }

  /** The shopper pays on Stripe's page. */
  pay(id: SessionId, how: Record<string, unknown> = {}) {
    return this.at(`/sessions/${id}/pay`, { email: 'Ada@Example.com', name: 'Ada Lovelace', ...how });
  }

  /** A webhook about the session, as the receiver passes it on. */
  async webhook(id: SessionId): Promise<void> {
    await this.client.workflow.signalWithStart(WORKFLOWS.order, {
      ...orderStart({ sessionId: id, openedBy: 'event' }),
      signal: lookSignal,
      signalArgs: [],
    });
  }
}
