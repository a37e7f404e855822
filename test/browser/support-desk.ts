import type { Browser, Locator, Page } from 'playwright-core';
import { until } from '../support/until';
import { launchChromium } from './chromium';
import { StaffAtTemporal } from './staff-at-temporal';
import { type ToldRequest, withNumber } from './told-ticket';
import { startWholeSystem, type WholeSystem } from './whole-system';

/** An order, as far as tickets look at it. */
export interface Order {
  number: string;
  sessionId: string;
  status: string;
  attention: { step: string } | null;
  customer: { email: string | null };
  refunds: { id: string; status: string }[];
  disputes: { id: string; status: string }[];
}

const UNSWEPT = { RECONCILE_INTERVAL_SECONDS: '3600' };

/** Where support staff work: the finder and the Temporal UI in one signed-in browser, and a terminal for the API. */
export class SupportDesk {
  private constructor(
    readonly system: WholeSystem,
    private readonly browser: Browser,
    readonly staff: StaffAtTemporal,
  ) {}

  /** Starts a system of its own, whose sweep is slower than staff, and signs in at the finder. */
  static async open(): Promise<SupportDesk> {
    const [system, browser] = await Promise.all([startWholeSystem(UNSWEPT), launchChromium()]);
    const context = await browser.newContext({ viewport: { width: 1280, height: 900 } });
    const page = await context.newPage();
    await page.goto(`${system.env.PUBLIC_URL}/staff`);
    await page.getByLabel('Staff token').fill(system.env.ADMIN_TOKEN as string);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.getByRole('heading', { name: 'Lists in the Temporal UI' }).waitFor();
    return new SupportDesk(system, browser, new StaffAtTemporal(page));
  }

  /** Stops everything. @returns the launcher's exit code */
  async close(): Promise<number | null> {
    await this.browser.close();
    return this.system.stop();
  }

  get page(): Page {
    return this.staff.page;
  }

  async orderOf(ref: string): Promise<Order> {
    return (await this.system.staff('GET', `/admin/orders/${ref}`)).body as unknown as Order;
  }

  /** Waits until the order is so. */
  orderWhen(ref: string, isSo: (order: Order) => boolean, what?: string): Promise<Order> {
    return until(async () => {
      const order = await this.orderOf(ref);
      return isSo(order) && order;
    }, what);
  }

  /** An order that is paid, and is shipped or granted next. */
  async paid(items: { sku: string; quantity: number }[], email = 'ada@example.com'): Promise<Order> {
    const answer = await fetch(`${this.system.env.PUBLIC_URL}/checkout`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ items }),
    });
    const { sessionId } = (await answer.json()) as { sessionId: string };
    await this.system.atStripe(`/sessions/${sessionId}/pay`, { email, name: 'Ada Harbour', wait: true });
    return this.orderWhen(sessionId, ({ status }) => status !== 'PENDING', 'the order to be paid');
  }

  /** From the finder to a list in the Temporal UI, and to a workflow in it. */
  async openFromView(view: string, workflowId: string): Promise<void> {
    await this.page.goto(`${this.system.env.PUBLIC_URL}/staff`);
    await this.page.getByRole('link', { name: view, exact: true }).click();
    await this.staff.openFromList(workflowId);
  }

  /** From the finder to the exact list of what needs attention, and to the workflow of an order in it. */
  async openNeedingAttention(order: Pick<Order, 'number'>): Promise<void> {
    const row = await this.rowNeedingAttention(order);
    await row.getByRole('link', { name: 'Workflow' }).click();
  }

  /** Opens that list, once the order is in it. @returns its row */
  async rowNeedingAttention({ number }: Pick<Order, 'number'>): Promise<Locator> {
    const row = this.page.getByRole('listitem').filter({ hasText: `Order ${number},` });
    await until(async () => {
      await this.page.goto(`${this.system.env.PUBLIC_URL}/staff`);
      await this.page.getByRole('link', { name: 'Needs attention', exact: true }).click();
      await this.page.getByRole('heading', { name: 'Needs attention' }).waitFor();
      return (await row.count()) > 0;
    }, `order ${number} to need attention`);
    return row;
  }

  /** Types something into the finder. @returns what was found, in its words */
  async find(text: string): Promise<string> {
    await this.page.goto(`${this.system.env.PUBLIC_URL}/staff`);
    await this.page.getByLabel('Find an order').fill(text);
    await this.page.getByRole('button', { name: 'Find' }).click();
    await this.page.getByRole('link', { name: 'Back to the lists' }).waitFor();
    return (await this.page.locator('main').textContent()) ?? '';
  }

  /** From the finder to the workflow of the newest order that is found. */
  async openFound(text: string): Promise<void> {
    await this.find(text);
    await this.page.getByRole('link', { name: 'Workflow' }).first().click();
  }

  /** Sends an update by the form. */
  async send(update: string, data?: object): Promise<void> {
    await this.staff.fillIn(update, data);
    await this.staff.submit();
  }

  /** Reads the *Document* of an order, until it says this. */
  documentOf(number: string, words: string): Promise<string> {
    return until(async () => {
      await this.page.goto(`${this.system.env.PUBLIC_URL}/staff/orders/${number}`);
      const text = await this.page.locator('main').textContent();
      return text?.includes(words) && text;
    }, `the document to say “${words}”`);
  }

  /** Sends a request as a ticket tells it, about this order in place of the ticket's. */
  async ask(told: ToldRequest, about?: Pick<Order, 'number'>): Promise<Record<string, unknown>> {
    const { tool, method, path, body, key } = about ? withNumber(told, about.number) : told;
    const { env } = this.system;
    const answer = await fetch(
      tool === 'admin' ? `${env.PUBLIC_URL}/admin/${path}` : `${env.SANDBOX_CONTROL_URL}${path}`,
      {
        method,
        headers: {
          'content-type': 'application/json',
          ...(tool === 'admin' && { authorization: `Bearer ${env.ADMIN_TOKEN}` }),
          ...(key !== undefined && { 'idempotency-key': key }),
        },
        ...(body !== undefined && { body }),
      },
    );
    return (await answer.json()) as Record<string, unknown>;
  }

  /** The page of the sandbox that acts as Stripe, the shoppers and their banks. */
  async openPaymentControl(): Promise<void> {
    await this.page.goto(`${this.system.env.SANDBOX_CONTROL_URL}`);
  }
}
