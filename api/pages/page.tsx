import type { ReactNode } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { STYLESHEET } from './style';
import type { PageWords } from './words/en';

export interface Page {
  /** The shop's name. */
  shop: string;
  title: string;
  /** Those of the page; they name its language. */
  words: PageWords;
  /** After how many seconds the browser loads the page again; absent: never. */
  refresh?: number | undefined;
  body: ReactNode;
  /** What the page can do beyond that where a browser runs scripts; it is sent with the hash of it. */
  script?: string | undefined;
}

/**
 * A page as HTML. It works without JavaScript, loads nothing, and sets no cookie. React escapes whatever stands in it;
 * an address that becomes a link is the component's to check (`webAddress`).
 */
export const pageOf = ({ shop, title, words, refresh, body, script }: Page): string =>
  `<!doctype html>${renderToStaticMarkup(
    <html lang={words.language}>
      <head>
        <meta charSet="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <meta name="robots" content="noindex" />
        {refresh !== undefined && <meta httpEquiv="refresh" content={String(refresh)} />}
        <title>{`${title} · ${shop}`}</title>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, which React must not escape */}
        <style dangerouslySetInnerHTML={{ __html: STYLESHEET }} />
      </head>
      <body>
        <header>{shop}</header>
        <main>{body}</main>
        {/* biome-ignore lint/security/noDangerouslySetInnerHtml: a constant of ours, as above */}
        {script !== undefined && <script dangerouslySetInnerHTML={{ __html: script }} />}
      </body>
    </html>,
  )}`;

/** What a page says first. */
export const Story = ({ tone, title, children }: { tone: string; title: string; children: ReactNode }) => (
  <section className={`story ${tone}`}>
    <h1>{title}</h1>
    {children}
  </section>
);

/** An address that may become a link; null for any other text. Staff type some of them by hand. */
export const webAddress = (text: string | null): string | null =>
  text !== null && /^https?:\/\//i.test(text) && URL.canParse(text) ? text : null;
