import type { CheckoutRequest } from '@holdfast/client';
import { shopFor } from '../../../lib/shop';

interface Body {
  items: CheckoutRequest['items'];
  /** Made by the browser when the shopper presses *Buy*, and stored with the cart: the same for every repeat. */
  key: string;
}

/** Where the browser goes next, or why it stays: `{ next }`, or `{ code }` with what the code says besides. */
export async function POST(request: Request): Promise<Response> {
  const { items, key } = (await request.json()) as Body;
  const answer = await shopFor(request.headers).checkout({ items }, { idempotencyKey: key, signal: request.signal });
  if (answer.ok) {
    const { status, url, sessionId } = answer.value;
    // A key whose checkout has ended, or is paid: the page of that order says which. The browser drops the key.
    const next = status === 'PENDING' ? url : `/success?session_id=${encodeURIComponent(sessionId)}`;
    return Response.json({ next, done: status !== 'PENDING' });
  }
  const { failure } = answer;
  switch (failure.code) {
    case 'out_of_stock':
    case 'not_for_sale':
      return Response.json({ code: failure.code, items: failure.items }, { status: 409 });
    case 'unknown_sku':
      return Response.json({ code: failure.code, skus: failure.skus }, { status: 404 });
    default:
      return Response.json({ code: failure.code, retryAfter: failure.retryAfter }, { status: failure.status || 503 });
  }
}
