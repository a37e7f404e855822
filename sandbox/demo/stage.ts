import { formatMoney } from '../../domain/money';
import { Holdfast, type Order, type Stock } from './holdfast';
import { Stripe } from './stripe';
import type { System } from './system';
import type { Telling } from './telling';
import { type Mail, mailsOf, workflowOf, workflowPage } from './witnesses';

/** What the story is about: a product of its own, so that nothing else in the shop is touched. */
export const LANTERN = 'DEMO-LANTERN';

const PRODUCT = {
  name: 'Storm Lantern',
  description: 'Brass and thick glass, burns for nine hours. The demo buys it, again and again.',
  kind: 'PHYSICAL',
};
const PRICE = { amount: 3200, currency: 'eur' };

/** Everybody who takes part, and the lines that several chapters tell. */
export class Stage {
  readonly holdfast: Holdfast;
  readonly stripe: Stripe;
  /** The lantern's price at Stripe. */
  price = '';
  /** The orders so far, by number, with what each was for. */
  readonly orders: [number: string, chapter: string][] = [];

  constructor(
    readonly system: System,
    readonly telling: Telling,
  ) {
    this.holdfast = new Holdfast(system, (line) => telling.aside(line));
    this.stripe = new Stripe(system);
  }

  /** Puts the lantern on sale, and ends what a run that was broken off has left open. */
  async prepare(): Promise<void> {
    this.price = await this.stripe.priceFor('demo_lantern_eur', { name: PRODUCT.name, ...PRICE });
    await this.holdfast.putProduct(LANTERN, { ...PRODUCT, prices: [{ ...PRICE, stripePriceId: this.price }] });
    if ((await this.holdfast.stock(LANTERN)).held === 0) return;
    const left = (await this.holdfast.pendingOrders()).filter(({ items }) => items.some(({ sku }) => sku === LANTERN));
    for (const { number } of left) await this.holdfast.cancel(number);
    await this.telling.line('What an earlier run left open is cancelled', {
      read: () => this.holdfast.stock(LANTERN),
      is: ({ held }) => held === 0,
      show: stockInWords,
    });
  }

  /** Fills the shelf again for whoever looks around afterwards. */
  async tidyUp(): Promise<void> {
    await this.holdfast.setAvailable(LANTERN, 5);
  }

  // --- Lines ----------------------------------------------------------------------------------------------------------------------------

  stock(told: string, onHand: number, held: number): Promise<Stock> {
    return this.telling.line(told, {
      read: () => this.holdfast.stock(LANTERN),
      is: (stock) => stock.onHand === onHand && stock.held === held,
      show: stockInWords,
    });
  }

  order(told: string, ref: string, status: Order['status'], paymentStatus: Order['paymentStatus']): Promise<Order> {
    return this.telling.line(told, {
      read: () => this.holdfast.order(ref),
      is: (order) => order.status === status && order.paymentStatus === paymentStatus && order.attention === null,
      show: orderInWords,
    });
  }

  /** Exactly these mails of an order lie in the outbox, each once. */
  mails(told: string, number: string, templates: string[]): Promise<Mail[]> {
    return this.telling.line(told, {
      read: () => mailsOf(this.system, number),
      is: (mails) =>
        mails.length === templates.length &&
        templates.every((template) => mails.some((mail) => mail.template === template)),
      show: (mails) => mails.map(({ template, to }) => `${template} → ${to.join(', ')}`).join('; ') || 'none',
    });
  }

  async workflow(sessionId: string): Promise<void> {
    await this.telling.line('Its workflow has run to its end', {
      read: () => workflowOf(this.system, sessionId),
      is: ({ status }) => status === 'completed',
      show: ({ status, events }) => `${status}, ${events} events of history`,
    });
    this.telling.see(workflowPage(this.system, sessionId));
  }
}

export const stockInWords = ({ onHand, held }: Stock): string => `${onHand} on hand, ${held} held`;

export const orderInWords = ({ number, status, paymentStatus, total, attention }: Order): string =>
  `order ${number} is ${status}, ${formatMoney(total)} ${paymentStatus}${attention ? ` — needs attention: ${attention.reason}` : ''}`;
