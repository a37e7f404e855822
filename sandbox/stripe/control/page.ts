/**
 * The page from which people control the sandbox. It works without JavaScript: each button is a form that names one
 * command of the control API and returns to where it was pressed.
 */
import { randomBytes } from 'node:crypto';
import express, { Router } from 'express';
import { invalid, noSuch, Refusal } from '../http/errors';
import { parseAmount } from '../objects/amounts';
import { html } from '../pages/html';
import { sendPage } from '../pages/page-layout';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import type { Commands } from './commands';
import { overview } from './overview';
import { CONTROL_STYLE } from './style';

/** The result of the last button pressed. */
interface Note {
  text: string;
  failed: boolean;
}

const NOTES_KEPT = 100;

export function controlPage(world: World, commands: Commands, deliveries: Deliveries): Router {
  const router = Router();
  const notes = new Map<string, Note>();

  router.get('/', (request, response) => {
    const note = notes.get(String(request.query.note));
    sendPage(response, 200, {
      title: note?.text ?? 'Payment control',
      banner: 'No real money. Here you act as Stripe’s Dashboard, the shoppers, their banks, and the clock.',
      style: CONTROL_STYLE,
      body: html`${note && html`<p class="note ${note.failed && 'failed'}" role="${note.failed ? 'alert' : 'status'}">${note.text}</p>`}
${overview(world, deliveries)}`,
    });
  });

  router.post('/page', express.urlencoded({ extended: true, limit: '64kb' }), async (request, response) => {
    const {
      do: command = '',
      label = '',
      at = '',
      typedAmount = '',
      amountIn = '',
      ...params
    } = request.body as Record<string, string>;
    if (!commands.has(command)) throw noSuch('command', command);
    const note = await noteOf(label, () =>
      commands.run(command, { ...filledIn(params), ...amountOf(typedAmount, amountIn) }),
    );
    const token = randomBytes(6).toString('hex');
    notes.set(token, note);
    for (const old of [...notes.keys()].slice(0, -NOTES_KEPT)) notes.delete(old);
    response.redirect(303, `${request.baseUrl}?note=${token}#${encodeURIComponent(at)}`);
  });

  return router;
}

async function noteOf(label: string, work: () => Promise<unknown>): Promise<Note> {
  try {
    return { text: `${label}: ${summaryOf(await work())}`, failed: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: `${label}: ${error.message}`, failed: true };
  }
}

/** `re_… is now failed`, if the answer has a state. */
function summaryOf(answer: unknown): string {
  const result = (answer ?? {}) as Record<string, unknown>;
  if (typeof result.message === 'string') return result.message;
  const subject = (result.session ?? result) as Record<string, unknown>;
  const state = subject.status ?? subject.closed_reason ?? (subject.open === true ? 'open' : undefined);
  if (typeof subject.id === 'string')
    return state === undefined ? subject.id : `${subject.id} is now ${String(state).replaceAll('_', ' ')}`;
  if (typeof result.sent === 'number') return `${result.sent} sent`;
  if (typeof result.discarded === 'number') return `${result.discarded} dropped`;
  if (Array.isArray(result.statuses))
    return result.statuses.map((status) => (status === null ? 'no answer' : `answered ${status}`)).join(', ');
  return 'done';
}

/** Leaves out the fields that were left empty. */
function filledIn(given: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}

/** People type 12.50; an empty field means the whole amount. */
function amountOf(typed: string, currency: string): { amount?: number } {
  if (typed.trim() === '') return {};
  const amount = parseAmount(typed, currency);
  if (amount === undefined) throw invalid(`“${typed}” is not an amount. Write it as 12.50.`);
  return { amount };
}
