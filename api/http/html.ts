import { createHash } from 'node:crypto';
import type { Response } from 'express';
import { STYLE_HASH } from '../pages/style';

/**
 * Sends a page. It may use its own styles and send forms to this origin, and nothing else. Links to an order are for
 * its holder: no search engine may keep them.
 * @param script the only one that it may run, as it stands in the page; absent for none
 */
export function sendPage(res: Response, status: number, html: string, script?: string): void {
  const scripts =
    script === undefined ? '' : `script-src 'sha256-${createHash('sha256').update(script).digest('base64')}';`;
  res
    .status(status)
    .set({
      'content-security-policy': `default-src 'none';style-src ${STYLE_HASH};${scripts}form-action 'self';base-uri 'none';frame-ancestors 'none'`,
      'x-robots-tag': 'noindex',
      'cache-control': 'no-store',
    })
    .type('html')
    .send(html);
}
