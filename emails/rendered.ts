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
 * A written mail as HTML and plain text, its subject on one line. Static markup, because React Email's own `render` makes a stream for
 * hydration, with a comment between every two pieces of text.
 */
export function rendered({ subject, body }: Written): Composed {
  const html = `<!DOCTYPE html>${renderToStaticMarkup(body)}`;
  return { subject: oneLine(subject), html, text: plainText(html) };
}
