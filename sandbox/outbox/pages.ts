import { EMAIL_EVENTS } from './events';
import type { Mail, MailFilter } from './mails';
import { escaped, mailBody, shell } from './shell';

/** The list of mails, newest first. The page refreshes itself. */
export function listPage(mails: Mail[], filter: MailFilter): string {
  const chosen = Object.entries(filter).filter(([, value]) => value !== undefined);
  const filters = chosen
    .map(([name, value]) => `<span class="tag">${escaped(name)}: ${escaped(String(value))}</span>`)
    .join(' ');
  return shell(
    'Outbox',
    `<header><h1>Outbox</h1><p>${count(mails.length)}${filters ? ` with ${filters} <a href="/">show all</a>` : ''} · <a href="/templates">All templates</a></p></header>
     ${mails.length > 0 ? table(mails) : '<p class="empty">No mail yet. Mails that Holdfast sends appear here and are not delivered.</p>'}`,
    LOOK_FOR_NEW,
  );
}

/** One mail: its headers, its body, and what may happen to it, where that can be reported. */
export function mailPage(mail: Mail, { reportable }: { reportable: boolean }): string {
  const head: [string, string | null][] = [
    ['From', escaped(mail.from)],
    ['To', mail.to.map(escaped).join(', ')],
    ['Cc', mail.cc.map(escaped).join(', ')],
    ['Bcc', mail.bcc.map(escaped).join(', ')],
    ['Reply to', mail.replyTo.map(escaped).join(', ')],
    ['Sent', time(mail)],
    ['Tags', tags(mail)],
    ['Unsubscribe', unsubscribeLink(mail)],
    ['Reported', mail.lastEvent === undefined ? null : escaped(mail.lastEvent)],
    ['Idempotency key', mail.idempotencyKey && `<code>${escaped(mail.idempotencyKey)}</code>`],
  ];
  const rows = head.filter(([, value]) => value).map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`);
  return shell(
    mail.subject,
    `<header><p><a href="/">← Outbox</a></p><h1>${escaped(mail.subject)}</h1><dl>${rows.join('')}</dl>${reportable ? reports(mail) : ''}</header>
     ${mailBody(mail, `/mails/${mail.id}/html`)}`,
  );
}

/** The button of a mail program, RFC 8058. */
function unsubscribeLink({ headers = {} }: Mail): string | null {
  const link = /^<([^<>]+)>$/.exec(headers['List-Unsubscribe'] ?? '')?.[1];
  return link === undefined ? null : `<a href="${escaped(link)}" target="_blank" rel="noopener">${escaped(link)}</a>`;
}

function reports({ id }: Mail): string {
  const buttons = Object.entries(EMAIL_EVENTS).map(
    ([name, { label }]) => `<button name="event" value="${name}">${escaped(label)}</button>`,
  );
  return `<form method="post" action="/mails/${id}/events"><p>What happens to it, reported to the shop:</p>${buttons.join(' ')}</form>`;
}

/** What the shop answered to a report. */
export const reportedPage = (id: string, status: number | null): string =>
  shell(
    'Reported',
    `<header><p><a href="/mails/${id}">← The mail</a></p><h1>Reported</h1>
     <p>${status === null ? 'The shop did not answer. Resend would try again.' : `The shop answered ${status}.`}</p></header>`,
  );

function table(mails: Mail[]): string {
  const rows = mails.map(
    (mail) =>
      `<tr><td><a href="/?to=${encodeURIComponent(bare(mail.to[0] ?? ''))}">${mail.to.map(escaped).join(', ')}</a></td>
       <td><a class="subject" href="/mails/${mail.id}">${escaped(mail.subject)}</a></td><td>${tags(mail)}</td><td>${time(mail)}</td></tr>`,
  );
  return `<table><thead><tr><th>To</th><th>Subject</th><th>Tags</th><th>Sent</th></tr></thead><tbody>${rows.join('')}</tbody></table>`;
}

const bare = (recipient: string) => /<([^<>]+)>$/.exec(recipient)?.[1] ?? recipient;

const tags = (mail: Mail) =>
  Object.entries(mail.tags)
    .map(([name, value]) =>
      FILTERS.includes(name)
        ? `<a class="tag ${name}" href="/?${name}=${encodeURIComponent(value)}">${escaped(value)}</a>`
        : `<span class="tag">${escaped(name)}: ${escaped(value)}</span>`,
    )
    .join(' ');

const FILTERS = ['template', 'order'];

const time = ({ createdAt }: Mail) =>
  `<time datetime="${createdAt}">${createdAt.slice(0, 19).replace('T', ' ')} UTC</time>`;

const count = (mails: number) => (mails === 1 ? 'One mail' : `${mails} mails`);

const LOOK_FOR_NEW = `<script>
  setInterval(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  }, 2000);
</script>`;
