import { createHoldfast, type Holdfast } from '@holdfast/client';

/**
 * The API for the shopper who sent a request. Take their address from a header that your own proxy or host sets, and
 * that a shopper cannot: here `x-real-ip`, as Vercel and most nginx configurations do.
 */
export function shopFor(headers: Headers): Holdfast {
  const { HOLDFAST_URL = 'http://localhost:3000', STOREFRONT_KEY } = process.env;
  const shop = createHoldfast({ url: HOLDFAST_URL, ...(STOREFRONT_KEY && { storefrontKey: STOREFRONT_KEY }) });
  const address = headers.get('x-real-ip');
  return address && STOREFRONT_KEY ? shop.forShopper(address) : shop;
}
