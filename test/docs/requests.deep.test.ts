import Ajv2020 from 'ajv/dist/2020';
import { openApi } from '../../docs/site/generate';
import type { OpenApi } from '../../docs/site/http-reference';
import { codeBlocks, PAGES } from './markdown';

/** A request that a page tells its reader to send. */
interface Told {
  at: string;
  request: string;
  method: string;
  path: string;
  body: string | undefined;
}

const told = PAGES.flatMap(codeBlocks)
  .filter(({ language }) => language === 'sh')
  .flatMap(({ at, code }) => requestsIn(at, code.replaceAll(/\\\n\s*/g, ' ')));

describe('the requests in the documentation', () => {
  let document: OpenApi;
  beforeAll(async () => {
    document = await openApi();
  });

  /** The address as the document has it: `/products/TULIPS` → `/products/{sku}`. */
  const routeOf = ({ method, path }: Told): string | undefined =>
    Object.keys(document.paths).find(
      (one) =>
        document.paths[one]?.[method] !== undefined &&
        new RegExp(`^${one.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`).test(path),
    );

  test('go to addresses that the API has', () => {
    expect(told.length).toBeGreaterThan(40);
    expect(told.filter((one) => routeOf(one) === undefined)).toEqual([]);
  });

  test('carry bodies that the API takes', () => {
    const ajv = new Ajv2020({ strict: false, validateFormats: false });
    ajv.addSchema(document, 'document');
    const carried = told.filter(({ body }) => body !== undefined);
    expect(carried.length).toBeGreaterThan(15);
    for (const one of carried) {
      const place = `/paths/${(routeOf(one) ?? '').replaceAll('/', '~1')}/${one.method}/requestBody/content/application~1json/schema`;
      const $ref = `document#${place.replaceAll('{', '%7B').replaceAll('}', '%7D')}`;
      ajv.validate({ $ref }, JSON.parse(one.body as string));
      expect([one.at, one.request, ajv.errors]).toEqual([one.at, one.request, null]);
    }
  });
});

/** Every `curl` to the API in a script, whatever follows it in a pipe left out. */
function requestsIn(at: string, script: string): Told[] {
  return [...script.matchAll(/\bcurl ((?:'[^']*'|"[^"]*"|[^'"\n|;)])*)/g)].flatMap(([request, words = '']) => {
    const [, path] = /(?:\$PUBLIC_URL|localhost:3000)(\/[^\s"'?]*)/.exec(words) ?? [];
    // docs/support-tickets.md makes a short command of its own; tickets.test.ts checks what it is used for.
    if (path === undefined || path.endsWith('/$2')) return [];
    const [, body] = /\s-d '([^']*)'/.exec(words) ?? [];
    const [, method = /\s(?:-d|--data\S*) /.test(words) ? 'POST' : 'GET'] = /-X ?(\w+)/.exec(words) ?? [];
    return [{ at, request, method: method.toLowerCase(), path, body }];
  });
}
