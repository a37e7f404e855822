import type Stripe from 'stripe';
import type { NoticeKind } from '../../domain/events';
import { disputeId, type SessionId } from '../../domain/ids';
import { until, type World } from './world';

/**
 * What can be held against a payment: disputes, reviews and warnings, as the banks make them and as Stripe's events
 * tell of them.
 */
export class Risk {
  constructor(private readonly world: World) {}

  async chargeOf(id: SessionId): Promise<string> {
    const { payment_intent } = await this.world.stripe.checkout.sessions.retrieve(id, {
      expand: ['payment_intent.latest_charge'],
    });
    const charge = (payment_intent as Stripe.PaymentIntent).latest_charge as Stripe.Charge;
    return charge.id;
  }

  /** The buyer goes to their bank; nobody here has heard of it yet. */
  async dispute(id: SessionId, how: Record<string, unknown> = {}): Promise<Stripe.Dispute> {
    return this.world.at<Stripe.Dispute>(`/charges/${await this.chargeOf(id)}/dispute`, how);
  }

  /** As above, and an event tells of it: resolves when it is recorded. */
  async disputed(id: SessionId, how: Record<string, unknown> = {}): Promise<Stripe.Dispute> {
    const dispute = await this.dispute(id, how);
    await this.tell(dispute);
    await until(() => this.row(dispute));
    return dispute;
  }

  /** Something happens to a dispute, and an event tells of it. */
  async happens(dispute: { id: string }, what: string, body: Record<string, unknown> = {}): Promise<void> {
    await this.world.at(`/disputes/${dispute.id}/${what}`, body);
    await this.tell(dispute);
  }

  tell({ id }: { id: string }): Promise<void> {
    this.world.know(id as SessionId);
    return this.world.deps().starter.dispute(disputeId(id));
  }

  async notice(kind: NoticeKind, id: string): Promise<unknown> {
    this.world.know(id as SessionId);
    await this.world.deps().starter.notice(kind, id);
    return this.ended({ id });
  }

  row({ id }: { id: string }) {
    return this.world.db.dispute.findUnique({ where: { id } });
  }

  /** Waits until the dispute is recorded as the test says. */
  recorded(dispute: { id: string }, is: Partial<NonNullable<Awaited<ReturnType<Risk['row']>>>>) {
    return until(async () => {
      const row = await this.row(dispute);
      const wanted = Object.entries(is) as [keyof typeof is, unknown][];
      return row && wanted.every(([field, value]) => row[field] === value) && row;
    });
  }

  /** Staff decide to go on, once the order has heard what it is about. */
  async retry(id: SessionId): Promise<void> {
    await this.heard(id);
    await this.world.ask(id, 'retry');
  }

  /** Waits until the order itself knows that it needs a decision. */
  async heard(id: SessionId): Promise<void> {
    await until(async () => ((await this.world.handle(id).query('state')) as { attention: unknown }).attention);
  }

  /** Waits for a workflow to end, and answers its result. */
  ended({ id }: { id: string }): Promise<unknown> {
    return this.world.end(id);
  }

  /** What an order's timeline says, of one type. */
  async told(id: SessionId, type: string): Promise<string[]> {
    const { timeline } = await this.world.order(id);
    return timeline
      .filter((entry) => entry.type === type)
      .sort((a, b) => Number(a.id - b.id))
      .map(({ message }) => message);
  }

  /** Mails of one template that went out about an order. */
  async mailsOf(id: SessionId, template: string): Promise<number> {
    return (await this.world.mails(id)).filter((one) => one === template).length;
  }
}
