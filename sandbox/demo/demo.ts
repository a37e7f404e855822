import { formatMoney } from '../../domain/money';
import { Holdfast, type Order, type Stock } from './holdfast';
import { type Mail, mailsOf } from './mails';
import type { Story } from './story';
import { Stripe } from './stripe';
import type { System } from './system';
import { workflowOf, workflowPage } from './workflow';

/** The product of the story: one of its own, so that the rest of the shop stays untouched. */
export const LANTERN = 'DEMO-LANTERN';

const PRODUCT = {
  name: 'Storm Lantern',
  description: 'Brass and thick glass; burns for nine hours. The demo buys it again and again.',
  kind: 'PHYSICAL',
};
const PRICE = { amount: 3200, currency: 'eur' };

/** What the chapters share: the systems they act on, and the steps that several of them check. */
export class Demo {
  readonly holdfast: Holdfast;
  readonly stripe: Stripe;
  /** The id of the lantern's price at Stripe. */
  price = '';
  /** The orders so far: number and chapter. */
  readonly orders: [number: string, chapter: string][] = [];

  constructor(
    readonly system: System,
    readonly story: Story,
  ) {
    this.holdfast = new Holdfast(system, (line) => story.aside(line));
    this.stripe = new Stripe(system);
  }

  /** Puts the lantern on sale, and cancels orders that an interrupted run has left open. */
  async prepare(): Promise<void> {
    this.price = await this.stripe.priceFor('demo_lantern_eur', { name: PRODUCT.name, ...PRICE });
    await this.holdfast.putProduct(LANTERN, { ...PRODUCT, prices: [{ ...PRICE, stripePriceId: this.price }] });
    if ((await this.holdfast.stock(LANTERN)).held === 0) return;
    const left = (await this.holdfast.pendingOrders()).filter(({ items }) => items.some(({ sku }) => sku === LANTERN));
    for (const { number } of left) await this.holdfast.cancel(number);
    await this.story.step('Open orders of an earlier run are cancelled', {
      read: () => this.holdfast.stock(LANTERN),
      is: ({ held }) => held === 0,
      show: stockInWords,
    });
  }

  /** Restocks the lantern, so that it can be bought in the shop afterwards. */
  async tidyUp(): Promise<void> {
    await this.holdfast.setAvailable(LANTERN, 5);
  }

  stock(claim: string, onHand: number, held: number): Promise<Stock> {
    return this.story.step(claim, {
      read: () => this.holdfast.stock(LANTERN),
      is: (stock) => stock.onHand === onHand && stock.held === held,
      show: stockInWords,
    });
  }

  order(claim: string, ref: string, status: Order['status'], paymentStatus: Order['paymentStatus']): Promise<Order> {
    return this.story.step(claim, {
      read: () => this.holdfast.order(ref),
      is: (order) => order.status === status && order.paymentStatus === paymentStatus && order.attention === null,
      show: orderInWords,
    });
  }

  /** The outbox has exactly these mails of an order, each once. */
  mails(claim: string, number: string, templates: string[]): Promise<Mail[]> {
    return this.story.step(claim, {
      read: () => mailsOf(this.system, number),
      is: (mails) =>
        mails.length === templates.length &&
        templates.every((template) => mails.some((mail) => mail.template === template)),
      show: (mails) => mails.map(({ template, to }) => `${template} → ${to.join(', ')}`).join('; ') || 'none',
    });
  }

  async workflow(sessionId: string): Promise<void> {
    await this.story.step('Its workflow has completed', {
      read: () => workflowOf(this.system, sessionId),
      is: ({ status }) => status === 'completed',
      show: ({ status, events }) => `${status}, ${events} events in its history`,
    });
    this.story.link(workflowPage(this.system, sessionId));
  }
}

export const stockInWords = ({ onHand, held }: Stock): string => `${onHand} on hand, ${held} held`;

export const orderInWords = ({ number, status, paymentStatus, total, attention }: Order): string =>
  `order ${number} is ${status}, ${formatMoney(total)} ${paymentStatus}${attention ? ` — needs attention: ${attention.reason}` : ''}`;
