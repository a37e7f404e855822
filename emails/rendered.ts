import { renderToStaticMarkup } from 'react-dom/server';
import type { Written } from './template';
import { oneLine, plainText } from './text';

/** A mail as it is stored and sent. */
export interface Composed {
  subject: string;
  html: string;
  text: string;
}

/**
 * Renders a mail as HTML and plain text, with its subject on one line. Uses static markup, because React Email's own
 * `render` prepares for hydration and puts a comment between any two adjacent pieces of text.
 */
export function rendered({ subject, body }: Written): Composed {
  const html = `<!DOCTYPE html>${renderToStaticMarkup(body)}`;
  return { subject: oneLine(subject), html, text: plainText(html) };
}
