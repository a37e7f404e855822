/**
 * The page from which people steer the sandbox. It works without script: each button is a form, which names one row of the control API
 * and comes back to where it was pressed.
 */
import { randomBytes } from 'node:crypto';
import express, { Router } from 'express';
import { invalid, noSuch, Refusal } from '../http/errors';
import { fromWords } from '../objects/money';
import { html } from '../pages/html';
import { sendPage } from '../pages/page-layout';
import type { World } from '../world';
import { overview } from './overview';
import type { ControlRows } from './rows';
import { CONTROL_STYLE } from './style';

/** What came of the last press of a button. */
interface Note {
  text: string;
  failed: boolean;
}

const NOTES_KEPT = 100;

export function controlPage(world: World, rows: ControlRows): Router {
  const router = Router();
  const notes = new Map<string, Note>();

  router.get('/', (request, response) => {
    const note = notes.get(String(request.query.note));
    sendPage(response, 200, {
      title: note?.text ?? 'Control',
      banner: 'No real money. This page stands in for Stripe’s Dashboard, the buyers, their banks, and time.',
      style: CONTROL_STYLE,
      body: html`${note && html`<p class="note ${note.failed && 'failed'}" role="${note.failed ? 'alert' : 'status'}">${note.text}</p>`}
${overview(world)}`,
    });
  });

  router.post('/page', express.urlencoded({ extended: true, limit: '64kb' }), async (request, response) => {
    const {
      do: order = '',
      label = '',
      at = '',
      typedAmount = '',
      amountIn = '',
      ...given
    } = request.body as Record<string, string>;
    if (!rows.has(order)) throw noSuch('order', order);
    const note = await perform(label, () =>
      rows.perform(order, { ...filledIn(given), ...amountOf(typedAmount, amountIn) }),
    );
    const token = randomBytes(6).toString('hex');
    notes.set(token, note);
    for (const old of [...notes.keys()].slice(0, -NOTES_KEPT)) notes.delete(old);
    response.redirect(303, `${request.baseUrl}?note=${token}#${encodeURIComponent(at)}`);
  });

  return router;
}

async function perform(label: string, work: () => Promise<unknown>): Promise<Note> {
  try {
    return { text: `${label}: ${inShort(await work())}`, failed: false };
  } catch (error) {
    if (!(error instanceof Refusal)) throw error;
    return { text: `${label}: ${error.message}`, failed: true };
  }
}

/** `re_… is now failed`, where the answer says so much. */
function inShort(answer: unknown): string {
  const said = (answer ?? {}) as Record<string, unknown>;
  if (typeof said.message === 'string') return said.message;
  const subject = (said.session ?? said) as Record<string, unknown>;
  const state = subject.status ?? subject.closed_reason ?? (subject.open === true ? 'open' : undefined);
  if (typeof subject.id === 'string')
    return state === undefined ? subject.id : `${subject.id} is now ${String(state).replaceAll('_', ' ')}`;
  if (typeof said.sent === 'number') return `${said.sent} sent`;
  if (typeof said.discarded === 'number') return `${said.discarded} dropped`;
  if (Array.isArray(said.statuses))
    return said.statuses.map((status) => (status === null ? 'no answer' : `answered ${status}`)).join(', ');
  return 'done';
}

/** A field that was left empty says nothing. */
function filledIn(given: Record<string, string>): Record<string, unknown> {
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== ''));
}

/** People type 12.50; nothing means all. */
function amountOf(typed: string, currency: string): { amount?: number } {
  if (typed.trim() === '') return {};
  const amount = fromWords(typed, currency);
  if (amount === undefined) throw invalid(`“${typed}” is not an amount; write it as 12.50.`);
  return { amount };
}
