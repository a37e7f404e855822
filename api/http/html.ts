import type { Response } from 'express';
import { STYLE_HASH } from '../pages/style';

/**
 * Sends a page. It may use its own styles and send forms to this origin, and nothing else. Links to an order are for
 * its holder: no search engine may keep them.
 */
export function sendPage(res: Response, status: number, html: string): void {
  res
    .status(status)
    .set({
      'content-security-policy': `default-src 'none';style-src ${STYLE_HASH};form-action 'self';base-uri 'none';frame-ancestors 'none'`,
      'x-robots-tag': 'noindex',
      'cache-control': 'no-store',
    })
    .type('html')
    .send(html);
}
