/**
 * The control API has no key: anyone who reaches its port may use it, but no other site may through a visitor's
 * browser.
 */
import type { RequestHandler } from 'express';
import { Refusal } from '../http/errors';
import type { World } from '../world';

const LOOPBACK = ['localhost', '127.0.0.1', '[::1]'];

/**
 * Refuses requests that a browser sends for a page of another origin, including one whose host name was made to
 * resolve here. Programs send neither `Origin` nor `Sec-Fetch-Site` and pass. https://web.dev/articles/fetch-metadata
 */
export function refuseStrangers({ publicUrl }: World): RequestHandler {
  const names = [...LOOPBACK, new URL(publicUrl).hostname];
  return (request, _response, next) => {
    const origin = request.get('origin');
    const site = request.get('sec-fetch-site');
    if (origin === undefined && site === undefined) return next();
    const host = request.get('host') ?? '';
    const known = URL.canParse(`http://${host}`) && names.includes(new URL(`http://${host}`).hostname);
    const fromHere = origin === undefined || origin === `http://${host}`;
    // A link on another site may open the page; only the page itself can change anything.
    const visits = request.method === 'GET' && request.get('sec-fetch-mode') === 'navigate';
    if (known && fromHere && (visits || site === undefined || site === 'same-origin' || site === 'none')) return next();
    throw new Refusal(403, {
      type: 'invalid_request_error',
      message: 'Only a page of this sandbox may send this request.',
    });
  };
}
