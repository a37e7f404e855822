/** What the control page is built of: tables of the newest objects, each with the buttons that make sense for it now. */

import { inWords } from '../objects/money';
import { type Html, html } from '../pages/html';

export interface Button {
  label: string;
  /** The path of a row of the control API. */
  order: string;
  /** What the row reads, as hidden fields. */
  fields?: Record<string, string | number>;
  /** What people may fill in before they press. */
  inputs?: Html | undefined;
}

/** Buttons in a row, each a form of its own. `about` names the object for those who do not see the row; `at` is where to come back to. */
export function buttons(about: string, at: string, all: (Button | false)[]): Html {
  const there = all.filter((each) => each !== false);
  if (there.length === 0)
    return html`<span class="nothing" aria-hidden="true">–</span><span class="unseen">nothing to do</span>`;
  return html`<div class="buttons">${there.map((each) => button(about, at, each))}</div>`;
}

function button(about: string, at: string, { label, order, fields = {}, inputs }: Button): Html {
  const hidden = { do: order, at, label, ...fields };
  return html`<form method="post" action="/_control/page"${inputs && html` class="group"`}>${Object.entries(hidden).map(
    ([name, value]) => html`<input type="hidden" name="${name}" value="${value}">`,
  )}${inputs}<button class="plain">${label}<span class="unseen"> ${about}</span></button></form>`;
}

/** A sum to type; empty means all. */
export function amountInput(id: string, of: string, currency: string): Html {
  return html`<input type="hidden" name="amountIn" value="${currency}"><label class="unseen" for="${id}">Amount in ${currency.toUpperCase()} of ${of}, empty for all</label>
<input class="amount" id="${id}" name="typedAmount" inputmode="decimal" autocomplete="off" placeholder="all">`;
}

const SHOWN = 10;

/** The newest few of a collection. */
export function newest<T>(collection: { walk(way: { newestFirst: boolean }): Iterable<T> }): T[] {
  const found: T[] = [];
  for (const item of collection.walk({ newestFirst: true })) if (found.push(item) === SHOWN) break;
  return found;
}

export interface Section {
  id: string;
  title: string;
  /** What an empty one says. */
  empty: string;
  columns: string[];
  /** A row whose id is named is one to come back to. */
  rows: { id?: string; cells: Html[] }[];
  /** Above the table. */
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

/** The whole id can be selected with a click, however little of it is seen. */
export const idCell = (id: string): Html => html`<code class="id" title="${id}">${id}</code>`;

/** A state, in colour and in words. */
export const state = (words: string, tone: 'bad' | 'good' | 'open' | 'over' = 'over'): Html =>
  html`<span class="state ${tone}">${words.replaceAll('_', ' ')}</span>`;

export const money = (amount: number, currency: string): Html =>
  html`<span class="money">${inWords(amount, currency)}</span>`;

/** A time as the sandbox's clock has it. @param milliseconds since 1970 */
export function time(milliseconds: number): Html {
  const iso = new Date(milliseconds).toISOString();
  return html`<time datetime="${iso}">${iso.slice(0, 10)} ${iso.slice(11, 16)}</time>`;
}
