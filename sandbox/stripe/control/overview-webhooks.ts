/** The sections of the control page about webhooks: how they are delivered, which wait, what was answered. */
import { type Html, html } from '../pages/html';
import type { Store } from '../store/store';
import type { Deliveries } from '../webhooks/deliveries';
import type { World } from '../world';
import { buttons, idCell, section, state, time } from './html';

const SHOWN = 15;

export function webhookSections({ store }: World, deliveries: Deliveries): Html {
  return html`${plan(deliveries)}${waiting(store)}${attempts(store, deliveries)}`;
}

function plan(deliveries: Deliveries): Html {
  const { mode, duplicate, shuffle, form } = deliveries.plan;
  const option = (value: string, words: string, chosen: string) =>
    html`<option value="${value}"${value === chosen && html` selected`}>${words}</option>`;
  return html`<section id="webhooks" aria-labelledby="webhooks-title"><h2 id="webhooks-title">Webhooks</h2>
<form method="post" action="/_control/page" class="plan">
<input type="hidden" name="do" value="/deliveries"><input type="hidden" name="at" value="webhooks"><input type="hidden" name="label" value="Webhooks">
<div><label for="mode">New events</label><select id="mode" name="mode">${option('normal', 'send them', mode)}${option('hold', 'hold them', mode)}${option('drop', 'drop them', mode)}</select></div>
<div><label for="form">Send as</label><select id="form" name="form">${option('snapshot', 'snapshots', form)}${option('thin', 'thin events', form)}${option('both', 'snapshots and thin events', form)}</select></div>
<div><label for="duplicate">Extra copies</label><input id="duplicate" name="duplicate" type="number" min="0" max="100" value="${duplicate}"></div>
<label class="check"><input type="checkbox" name="shuffle" value="true"${shuffle && html` checked`}> in random order</label>
<button class="plain">Apply</button>
</form></section>`;
}

function waiting(store: Store): Html {
  const pending = store.deliveries.by('state', 'pending');
  return section({
    id: 'waiting',
    title: `Waiting (${pending.length})`,
    empty: 'Nothing is waiting to be sent.',
    intro:
      pending.length === 0
        ? html``
        : buttons('waiting deliveries', 'waiting', [
            { label: 'Send all', command: '/deliveries/flush' },
            { label: 'Send all in reverse', command: '/deliveries/flush', fields: { order: 'reverse' } },
            { label: 'Send all shuffled', command: '/deliveries/flush', fields: { order: 'shuffle' } },
            { label: 'Drop all', command: '/deliveries/discard' },
          ]),
    columns: ['Event', 'Type', 'Form', 'Attempts', 'Next attempt', 'Actions'],
    rows: pending.slice(0, SHOWN).map(({ id, event, form = 'snapshot', attempts, nextAt }) => ({
      id,
      cells: [
        idCell(event),
        html`${store.events.get(event)?.type}`,
        html`${form}`,
        html`${attempts}`,
        time(nextAt),
        buttons(`event ${event}`, 'waiting', [
          { label: 'Send now', command: '/deliveries/flush', fields: { 'events[0]': event } },
          { label: 'Drop', command: '/deliveries/discard', fields: { 'events[0]': event } },
        ]),
      ],
    })),
  });
}

function attempts(store: Store, deliveries: Deliveries): Html {
  return section({
    id: 'attempts',
    title: 'Delivery attempts',
    empty: 'Nothing has been sent since the sandbox started.',
    columns: ['Event', 'Type', 'Form', 'Sent (real time)', 'Answer', 'Actions'],
    rows: deliveries.attempts
      .slice(-SHOWN)
      .reverse()
      .map(({ event, type, form, at, status }) => ({
        cells: [
          idCell(event),
          html`${type}`,
          html`${form}`,
          time(at),
          state(status === null ? 'no answer' : String(status), status !== null && status < 300 ? 'good' : 'bad'),
          buttons(`event ${event}`, 'attempts', [
            store.events.get(event) !== undefined && { label: 'Send again', command: `/events/${event}/redeliver` },
          ]),
        ],
      })),
  });
}
