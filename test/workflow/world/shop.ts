import { randomUUID } from 'node:crypto';
import { WithStartWorkflowOperation } from '@temporalio/client';
import { type SessionId, sessionId } from '../../../domain/ids';
import { type CheckoutLine, METADATA } from '../../../domain/session';
import { WORKFLOWS } from '../../../messages/names';
import { checkoutStart, type Opening, openUpdate } from '../../../messages/order';
import { WithStripe } from './stripe';

export interface Line {
  sku: string;
  quantity?: number;
}

/** The shop: what is on its shelf, checkouts, and what the database says of an order. */
export abstract class WithShop extends WithStripe {
  /** Puts a product on the shelf, priced at Stripe. `stock` makes it physical. */
  async product(
    sku: string,
    { amount = 1250, currency = 'eur', stock }: { amount?: number; currency?: string; stock?: number } = {},
  ): Promise<void> {
    const at = new Date(this.now());
    const kind = stock === undefined ? 'DIGITAL' : 'PHYSICAL';
    const shelf = stock !== undefined && { stock: { create: {} } };
    await this.db.product.create({
      data: { ...(await this.atStripe(sku, { amount, currency })), kind, ...shelf },
    });
    if (stock) {
      await this.db.stockMovement.create({
        data: { sku, at, kind: 'ADJUST', onHandDelta: stock, heldDelta: 0, reference: 'delivery', actor: 'staff' },
      });
    }
  }

  /** Puts a bundle of physical products on sale, and perhaps others, priced at Stripe. */
  async sellBundle(sku: string, contents: Required<Line>[], { amount = 2000, currency = 'eur' } = {}): Promise<void> {
    const create = contents.map((content, position) => ({ ...content, position }));
    await this.db.product.create({
      data: { ...(await this.atStripe(sku, { amount, currency })), kind: 'PHYSICAL', contents: { create } },
    });
  }

  /** What every product has. */
  private async atStripe(sku: string, { amount, currency }: { amount: number; currency: string }) {
    const at = new Date(this.now());
    const name = `The ${sku}`;
    const { id: product } = await this.stripe.products.create({ name });
    const price = await this.stripe.prices.create({ product, unit_amount: amount, currency });
    const prices = { create: [{ currency, amount, stripePriceId: price.id, createdAt: at }] };
    return { sku, name, prices, createdAt: at, updatedAt: at };
  }

  /** What `POST /checkout` does, up to asking for the stock: the request written down, the session made at Stripe. */
  async session(
    lines: Line[],
    { holdSeconds = 1860, userId }: { holdSeconds?: number; userId?: string } = {},
  ): Promise<SessionId> {
    const id = randomUUID();
    const priced = await Promise.all(lines.map((line) => this.priced(line)));
    const number = String((await this.db.$queryRaw<[{ n: bigint }]>`SELECT nextval('order_number_seq') AS n`)[0].n);
    const metadata = {
      [METADATA.checkout]: id,
      [METADATA.number]: number,
      ...(userId && { [METADATA.userId]: userId }),
    };
    const made = await this.stripe.checkout.sessions.create({
      mode: 'payment',
      line_items: priced.map(({ stripePriceId, quantity, sku }) => ({
        price: stripePriceId as string,
        quantity,
        metadata: { sku },
      })),
      metadata,
      payment_intent_data: { metadata },
      success_url: 'http://localhost/success?session_id={CHECKOUT_SESSION_ID}',
      expires_at: Math.ceil(this.now() / 1000) + Math.max(holdSeconds, 1860) + 60,
    });
    await this.db.checkout.create({
      data: {
        id,
        number,
        origin: 'CHECKOUT',
        currency: priced[0]?.currency ?? 'eur',
        subtotal: priced.reduce((sum, { total }) => sum + total, 0),
        lines: JSON.parse(JSON.stringify(priced)),
        request: { metadata },
        holdUntil: new Date(this.now() + holdSeconds * 1000),
        sessionId: made.id,
        url: made.url,
        createdAt: new Date(this.now()),
      },
    });
    this.know(made.id);
    return sessionId(made.id);
  }

  /** A checkout as the shopper sees it: the session, and whether the stock is theirs. */
  async checkout(
    lines: Line[],
    options: { holdSeconds?: number; userId?: string } = {},
  ): Promise<{ id: SessionId; opening: Opening }> {
    const id = await this.session(lines, options);
    return { id, opening: await this.open(id) };
  }

  /** Asks the order's workflow for the stock, as the checkout does. */
  async open(id: SessionId): Promise<Opening> {
    const row = await this.db.checkout.findUniqueOrThrow({ where: { sessionId: id } });
    const facts = {
      number: row.number,
      total: Number(row.subtotal),
      currency: row.currency,
      skus: (row.lines as unknown as CheckoutLine[]).map(({ sku }) => sku),
    };
    const startWorkflowOperation = new WithStartWorkflowOperation(
      WORKFLOWS.order,
      checkoutStart({ sessionId: id }, facts),
    );
    return this.client.workflow.executeUpdateWithStart(openUpdate, { startWorkflowOperation });
  }

  order(id: SessionId) {
    return this.db.order.findUniqueOrThrow({
      where: { sessionId: id },
      include: {
        items: { orderBy: { position: 'asc' } },
        customer: true,
        refunds: true,
        grants: true,
        shipments: true,
        timeline: { orderBy: { id: 'asc' } },
      },
    });
  }

  async stock(sku: string): Promise<{ onHand: number; held: number }> {
    const { onHand, held } = await this.db.stockLevel.findUniqueOrThrow({ where: { sku } });
    return { onHand, held };
  }

  /** Mails that went out about an order, by template. */
  async mails(id: SessionId): Promise<string[]> {
    const rows = await this.db.mail.findMany({
      where: { sessionId: id, status: 'SENT' },
      orderBy: { createdAt: 'asc' },
    });
    return rows.map(({ template }) => template).sort();
  }

  private async priced({ sku, quantity = 1 }: Line): Promise<CheckoutLine & { currency: string }> {
    const { product, ...price } = await this.db.price.findFirstOrThrow({
      where: { sku, current: true },
      include: { product: true },
    });
    const unitAmount = Number(price.amount);
    return {
      sku,
      name: product.name,
      kind: product.kind,
      quantity,
      unitAmount,
      total: unitAmount * quantity,
      stripePriceId: price.stripePriceId,
      minimum: price.minimum === null ? null : Number(price.minimum),
      currency: price.currency,
    };
  }
}
