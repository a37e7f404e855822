import { openApi } from '../../docs/site/generate';
import { httpReference, type OpenApi } from '../../docs/site/http-reference';

describe('the HTTP reference of the site', () => {
  let document: OpenApi;
  let pages: Record<string, string>;
  beforeAll(async () => {
    document = await openApi();
    pages = httpReference(document);
  });

  const headings = (page: string | undefined): string[] =>
    [...(page ?? '').matchAll(/^## (.+)$/gm)].map(([, title]) => title as string);

  test('has every route and every event once', () => {
    const routes = Object.entries(document.paths).flatMap(([path, methods]) =>
      Object.keys(methods).map((method) => `${method.toUpperCase()} ${path}`),
    );
    const { 'schemas.md': _schemas, ...rest } = pages;
    expect(Object.values(rest).flatMap(headings).sort()).toEqual([...routes, ...Object.keys(document.webhooks)].sort());
  });

  test('has every schema that it links to', () => {
    const schemas = headings(pages['schemas.md']);
    expect(schemas.length).toBeGreaterThan(30);
    for (const page of Object.values(pages))
      for (const [, name = '', anchor] of page.matchAll(/\[(\w+)\]\(schemas\.md#(\w+)\)/g))
        expect([schemas.includes(name), name.toLowerCase()]).toEqual([true, anchor]);
  });

  test('says of a checkout what is sent, what is answered, and what may be refused', () => {
    const [, checkout = ''] = /^## POST \/checkout$([\s\S]+?)^## /m.exec(pages['storefront.md'] ?? '') ?? [];
    for (const part of ['`idempotency-key`', '[Cart](schemas.md#cart)', '`201`', '[Checkout]', '`out_of_stock`'])
      expect(checkout).toContain(part);
    expect(pages['schemas.md']).toMatch(/^\| `items\[\]\.quantity` \| integer \| yes \| /m);
  });
});
