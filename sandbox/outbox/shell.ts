import { DARK } from '../../emails/theme';

/** A page of the outbox. */
export const shell = (title: string, content: string, script = '') => `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<title>${escaped(title)}</title><style>${STYLE}</style></head><body><main>${content}</main>${script}</body></html>`;

/** A mail as it looks: with light and with dark colours, and as text. `address` is where its HTML is. */
export function mailBody({ html, text }: { html: string | null; text: string | null }, address: string): string {
  const views: View[] = [];
  if (html !== null) views.push(frame('light', 'Light', address), frame('dark', 'Dark', `${address}?dark`));
  if (text !== null) views.push({ id: 'text', name: 'Text', content: `<pre class="text">${escaped(text)}</pre>` });
  const tabs = views.map(
    ({ id, name }, index) =>
      `<input type="radio" name="view" id="${id}"${index === 0 ? ' checked' : ''}><label for="${id}">${name}</label>`,
  );
  return `<section class="body">${tabs.join('')}${views.map(({ content }) => content).join('')}</section>`;
}

interface View {
  id: string;
  name: string;
  content: string;
}

const frame = (id: string, name: string, src: string): View => ({
  ...{ id, name },
  content: `<iframe class="${id}" src="${src}" title="The mail with ${id} colours"></iframe>`,
});

/** The HTML of a mail as its own document, with its light or its dark colours, whatever the browser prefers. */
export function mailView(html: string, dark: boolean): string {
  const coloured = html.replaceAll(DARK, dark ? 'all' : 'not all');
  return coloured.includes('<head>') ? coloured.replace('<head>', `<head>${NEW_WINDOW}`) : `${NEW_WINDOW}${coloured}`;
}

const NEW_WINDOW = '<base target="_blank">';

export const escaped = (text: string) =>
  text
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');

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
  form { margin: 0 0 24px } button { padding: 6px 12px; border: 1px solid var(--line); border-radius: 6px; background: var(--panel); color: inherit; font: inherit; cursor: pointer }
  .empty { padding: 48px; text-align: center; color: var(--soft); background: var(--panel); border: 1px dashed var(--line); border-radius: 8px }
  dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 16px 0 24px } dt { color: var(--soft) }
  dd { margin: 0; overflow-wrap: anywhere }
  .body input { position: absolute; opacity: 0 }
  .body label { display: inline-block; padding: 6px 14px; margin-bottom: 8px; border-radius: 6px; color: var(--soft); cursor: pointer }
  .body input:checked + label { background: var(--panel); color: inherit; box-shadow: inset 0 0 0 1px var(--line) }
  .body input:focus-visible + label { outline: 2px solid var(--link) }
  iframe, pre { display: none; width: 100%; margin: 0; border: 1px solid var(--line); border-radius: 8px; background: #fff; color: #111 }
  iframe { height: 75vh } pre { padding: 20px; white-space: pre-wrap; overflow-wrap: anywhere }
  #light:checked ~ .light, #dark:checked ~ .dark, #text:checked ~ .text { display: block }
  @media (max-width: 640px) { thead { display: none } td { display: block; border: 0; padding: 4px 14px } tr { display: block; border-bottom: 1px solid var(--line); padding: 8px 0 } }
`;
