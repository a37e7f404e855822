import type { Mail, MailFilter } from './mails';

/** The list of mails, newest first. The page refreshes itself. */
export function listPage(mails: Mail[], filter: MailFilter): string {
  const chosen = Object.entries(filter).filter(([, value]) => value !== undefined);
  const filters = chosen
    .map(([name, value]) => `<span class="tag">${escaped(name)}: ${escaped(String(value))}</span>`)
    .join(' ');
  return shell(
    'Outbox',
    `<header><h1>Outbox</h1><p>${count(mails.length)}${filters ? ` with ${filters} <a href="/">show all</a>` : ''}</p></header>
     ${mails.length > 0 ? table(mails) : '<p class="empty">No mail yet. Mails that Holdfast sends appear here and are not delivered.</p>'}`,
    LOOK_FOR_NEW,
  );
}

/** One mail: its headers, and its body as HTML or as text. */
export function mailPage(mail: Mail): string {
  const head: [string, string | null][] = [
    ['From', escaped(mail.from)],
    ['To', mail.to.map(escaped).join(', ')],
    ['Cc', mail.cc.map(escaped).join(', ')],
    ['Bcc', mail.bcc.map(escaped).join(', ')],
    ['Reply to', mail.replyTo.map(escaped).join(', ')],
    ['Sent', time(mail)],
    ['Tags', tags(mail)],
    ['Idempotency key', mail.idempotencyKey && `<code>${escaped(mail.idempotencyKey)}</code>`],
  ];
  const rows = head.filter(([, value]) => value).map(([name, value]) => `<dt>${name}</dt><dd>${value}</dd>`);
  const html = mail.html !== null;
  return shell(
    mail.subject,
    `<header><p><a href="/">← Outbox</a></p><h1>${escaped(mail.subject)}</h1><dl>${rows.join('')}</dl></header>
     <section class="body">
       ${html ? '<input type="radio" name="view" id="html" checked><label for="html">HTML</label>' : ''}
       ${mail.text !== null ? `<input type="radio" name="view" id="text"${html ? '' : ' checked'}><label for="text">Text</label>` : ''}
       ${html ? `<iframe class="html" src="/mails/${mail.id}/html" title="The mail as HTML"></iframe>` : ''}
       ${mail.text !== null ? `<pre class="text">${escaped(mail.text)}</pre>` : ''}
     </section>`,
  );
}

/** The HTML of a mail as its own document. */
export const mailView = (mail: Mail): string => `<base target="_blank">${mail.html ?? ''}`;

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

const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

const LOOK_FOR_NEW = `<script>
  setInterval(async () => {
    const answer = await fetch(location.href).catch(() => null);
    if (!answer?.ok) return;
    const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('main');
    const shown = document.querySelector('main');
    if (fresh.innerHTML !== shown.innerHTML) shown.replaceWith(fresh);
  }, 2000);
</script>`;

const shell = (title: string, content: string, script = '') => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>${content}</main>${script}</body></html>`;

const STYLE = `
  :root { color-scheme: light dark; --line: light-dark(#e2e5ea, #33383f); --soft: light-dark(#5d6672, #9aa4b0);
    --panel: light-dark(#fff, #1c2025); --link: light-dark(#0b57b7, #8ab8ff); }
  * { box-sizing: border-box }
  body { margin: 0; background: light-dark(#f5f6f8, #131619); font: 15px/1.5 system-ui, sans-serif }
  main { max-width: 1100px; margin: 0 auto; padding: 32px 20px }
  h1 { margin: 0; font-size: 24px; line-height: 1.25; overflow-wrap: anywhere }
  header p { margin: 4px 0 20px; color: var(--soft) }
  a { color: var(--link); text-decoration: none } a:hover { text-decoration: underline }
  table { width: 100%; border-collapse: collapse; background: var(--panel); border: 1px solid var(--line); border-radius: 8px; overflow: hidden }
  th, td { padding: 10px 14px; text-align: left; border-bottom: 1px solid var(--line); vertical-align: top }
  th { font-size: 12px; color: var(--soft); font-weight: 600 } tr:last-child td { border-bottom: 0 }
  td:first-child { overflow-wrap: anywhere } .subject { font-weight: 600 } time { white-space: nowrap; color: var(--soft) }
  .tag { display: inline-block; padding: 0 8px; border: 1px solid var(--line); border-radius: 99px; font-size: 13px; white-space: nowrap }
  .empty { padding: 48px; text-align: center; color: var(--soft); background: var(--panel); border: 1px dashed var(--line); border-radius: 8px }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0 24px } dt { color: var(--soft) }
  dd { margin: 0; overflow-wrap: anywhere }
  .body input { position: absolute; opacity: 0 }
  .body label { display: inline-block; padding: 6px 14px; margin-bottom: 8px; border-radius: 6px; color: var(--soft); cursor: pointer }
  .body input:checked + label { background: var(--panel); color: inherit; box-shadow: inset 0 0 0 1px var(--line) }
  .body input:focus-visible + label { outline: 2px solid var(--link) }
  iframe, pre { display: none; width: 100%; margin: 0; border: 1px solid var(--line); border-radius: 8px; background: #fff; color: #111 }
  iframe { height: 75vh } pre { padding: 20px; white-space: pre-wrap; overflow-wrap: anywhere }
  #html:checked ~ iframe, #text:checked ~ pre { display: block }
  @media (max-width: 640px) { thead { display: none } td { display: block; border: 0; padding: 4px 14px } tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0 } }
`;
