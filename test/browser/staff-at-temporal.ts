import type { FrameLocator, Locator, Page } from 'playwright-core';
import { until } from '../support/until';

/** How long a list is looked at before it is loaded again. */
const PATIENCE_MS = 15_000;

/** A member of staff in front of the Temporal UI, who uses nothing but its pages and forms, as the runbook says. */
export class StaffAtTemporal {
  constructor(readonly page: Page) {}

  /** The form “Send an Update”. */
  get form(): Locator {
    return this.page.getByRole('dialog', { name: 'Send an Update' });
  }

  /** The panel *Current Details*, which the UI renders in a frame of its own, after the static ones. */
  get panel(): Locator {
    return this.page.locator('iframe').last();
  }

  private get details(): FrameLocator {
    return this.panel.contentFrame();
  }

  /** From a list to the page of a workflow in it. The list lags behind. */
  async openFromList(workflowId: string): Promise<void> {
    const link = this.page.getByRole('link', { name: workflowId });
    const listed = () => link.first().waitFor({ timeout: PATIENCE_MS });
    await until(async () => {
      const shown = await listed().then(
        () => true,
        () => false,
      );
      if (!shown) await this.page.reload();
      return shown;
    }, 'the workflow to be listed');
    await link.first().click();
  }

  /** Opens the tab *User Metadata*, and reads what it says once these words are there. */
  async readUntil(words: string): Promise<string> {
    await this.page.getByRole('tab', { name: 'User Metadata' }).click();
    await this.page.getByRole('heading', { name: 'Current Details' }).waitFor();
    return until(async () => {
      await this.page.keyboard.press('r'); // reads it again
      const text = await this.details.locator('main').textContent();
      return text?.includes(words) && text;
    }, `the details to say “${words}”`);
  }

  /** The blocks to paste that the details offer for an update. The UI renders them after its item in the list. */
  async offered(update: string): Promise<Record<string, unknown>[]> {
    await this.details.locator('main > ul').first().waitFor(); // it may be rendered anew
    const parts = await this.details.locator('main > ul, main > pre').evaluateAll((all) =>
      all.map((one) => ({
        isItem: one.tagName === 'UL',
        text: ((one.querySelector('li:last-child') ?? one).textContent ?? '').trim(),
      })),
    );
    const from = parts.findIndex(({ isItem, text }) => isItem && text.startsWith(`${update} — `));
    const following = from < 0 ? [] : parts.slice(from + 1);
    const next = following.findIndex(({ isItem }) => isItem);
    return following.slice(0, next < 0 ? undefined : next).map(({ text }) => JSON.parse(text));
  }

  /** Copies the first block that is offered, by three clicks into it. */
  async copyBlock(): Promise<void> {
    await this.page.context().grantPermissions(['clipboard-read', 'clipboard-write']);
    await this.details
      .locator('main > pre')
      .first()
      .click({ clickCount: 3, position: { x: 40, y: 8 } });
    await this.page.keyboard.press('ControlOrMeta+c');
  }

  /** Fills in the form, and leaves it to be submitted. */
  async fillIn(update: string, data?: object): Promise<void> {
    await this.page.getByRole('button', { name: 'More Actions' }).click();
    await this.page.getByRole('menuitem', { name: 'Send an Update' }).click();
    await this.form.getByTestId('update-select-button').click();
    await this.form.getByRole('option', { name: new RegExp(`^\\s*${update}\\b`) }).click();
    if (data !== undefined) await this.paste(data);
  }

  /**
   * Puts this, or what was copied, in place of what stands in *Data*. The form lays it out anew once the field is left,
   * and its buttons move.
   */
  async paste(data?: object): Promise<void> {
    await this.form.getByRole('textbox').last().click();
    await this.page.keyboard.press('ControlOrMeta+a');
    if (data === undefined) await this.page.keyboard.press('ControlOrMeta+v');
    else await this.page.keyboard.insertText(JSON.stringify(data));
    await this.form.getByText('Single JSON payload').click();
  }

  /** What stands in *Data*. */
  async dataInForm(): Promise<unknown> {
    const lines = await this.form.locator('.cm-line').allTextContents();
    return JSON.parse(lines.join(''));
  }

  /** Submits the form, and waits until it has closed: the update is done. */
  async submit(): Promise<void> {
    await this.form.getByRole('button', { name: 'Submit', exact: true }).click();
    await this.form.waitFor({ state: 'hidden' });
  }

  /** Submits the form. It may be refused in these words: then it is closed. */
  async submitUnless(refusal: string): Promise<void> {
    await this.form.getByRole('button', { name: 'Submit', exact: true }).click();
    const refused = this.form.getByRole('alert').filter({ hasText: refusal });
    const how = await until(async () => {
      if (!(await this.form.isVisible())) return 'done';
      return (await refused.count()) > 0 && 'refused';
    }, `the update to be done, or refused with “${refusal}”`);
    if (how === 'refused') await this.form.getByTestId('cancel-modal-button').click();
    await this.form.waitFor({ state: 'hidden' });
  }

  /** Submits the form, and reads what it says is wrong. */
  async submitInVain(): Promise<string> {
    await this.form.getByRole('button', { name: 'Submit', exact: true }).click();
    const refusal = this.form.getByRole('alert').filter({ hasText: /\w/ });
    return until(async () => {
      const text = (await refusal.allTextContents()).join(' ').trim();
      return !text.startsWith('In Progress') && text;
    }, 'the refusal');
  }
}
