/**
 * The building blocks of the control page: tables of the newest objects, each with the buttons that apply to it now.
 */

import { formatAmount } from '../objects/amounts';
import { type Html, html } from '../pages/html';

export interface Button {
  label: string;
  /** The path of a command of the control API. */
  command: string;
  /** The command's parameters, as hidden fields. */
  fields?: Record<string, string | number>;
  /** Inputs a person may fill in before pressing. */
  inputs?: Html | undefined;
}

/**
 * Buttons in a row, each its own form. `about` names the object for screen readers; `at` is the anchor to return to.
 */
export function buttons(about: string, at: string, all: (Button | false)[]): Html {
  const shown = all.filter((each) => each !== false);
  if (shown.length === 0)
    return html`<span class="nothing" aria-hidden="true">–</span><span class="unseen">no actions</span>`;
  return html`<div class="buttons">${shown.map((each) => button(about, at, each))}</div>`;
}

function button(about: string, at: string, { label, command, fields = {}, inputs }: Button): Html {
  const hidden = { do: command, at, label, ...fields };
  return html`<form method="post" action="/_control/page"${inputs && html` class="group"`}>${Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${inputs}<button class="plain">${label}<span class="unseen"> ${about}</span></button></form>`;
}

/** An input for an amount; empty means the whole amount. */
export function amountInput(id: string, of: string, currency: string): Html {
  return html`<input type="hidden" name="amountIn" value="${currency}"><label class="unseen" for="${id}">Amount in ${currency.toUpperCase()} of ${of}, empty for all</label>
<input class="amount" id="${id}" name="typedAmount" inputmode="decimal" autocomplete="off" placeholder="all">`;
}

const SHOWN = 10;

/** The newest few of a collection. */
export function newest<T>(collection: { walk(way: { newestFirst: boolean }): Iterable<T> }): T[] {
  const items: T[] = [];
  for (const item of collection.walk({ newestFirst: true })) if (items.push(item) === SHOWN) break;
  return items;
}

export interface Section {
  id: string;
  title: string;
  /** Shown when there are no rows. */
  empty: string;
  columns: string[];
  /** A row with an id can be returned to. */
  rows: { id?: string; cells: Html[] }[];
  /** Shown above the table. */
  intro?: Html;
}

export function section({ id, title, empty, columns, rows, intro }: Section): Html {
  return html`<section id="${id}" aria-labelledby="${id}-title"><h2 id="${id}-title">${title}</h2>${intro}
${
  rows.length === 0
    ? html`<p class="empty">${empty}</p>`
    : html`<div class="scroll" role="region" aria-labelledby="${id}-title" tabindex="0"><table>
<thead><tr>${columns.map((column) => html`<th scope="col">${column}</th>`)}</tr></thead>
<tbody>${rows.map((row) => html`<tr${row.id !== undefined && html` id="${row.id}"`}>${row.cells.map((cell, at) => html`<td data-column="${columns[at]}"><div>${cell}</div></td>`)}</tr>`)}</tbody>
</table></div>`
}</section>`;
}

/** A click selects the whole id, however little of it is visible. */
export const idCell = (id: string): Html => html`<code class="id" title="${id}">${id}</code>`;

/** A state, in colour and in words. */
export const state = (words: string, tone: 'bad' | 'good' | 'open' | 'over' = 'over'): Html =>
  html`<span class="state ${tone}">${words.replaceAll('_', ' ')}</span>`;

export const money = (amount: number, currency: string): Html =>
  html`<span class="money">${formatAmount(amount, currency)}</span>`;

/** A time of the sandbox's clock, in UTC. @param milliseconds since 1970 */
export function time(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}
