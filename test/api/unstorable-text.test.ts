import { z } from 'zod';
import { apiRoutes } from '../../api/app';
import { isForm, isRaw, type Route } from '../../api/http/route';
import { ADMIN_TOKEN, type BareApi, bareApi, STOREFRONT_KEY } from './bare';

/**
 * PostgreSQL stores neither U+0000 nor half a surrogate pair, and answers with an error where one is asked for. So no
 * text of a request may get as far as that, in any route, however new it is.
 */
const UNSTORABLE = ['a\u0000b', 'a\ud800b'];

/** Texts of bodies that may have any character, and why that does no harm. */
const HARMLESS: Record<string, string> = {
  'post /checkout body.items[].sku': 'only what has the form of a SKU is looked up',
  'post /checkout body.email': 'what is no address is left out, and stops no sale',
  'post /orders/{sessionId}/return body.reason': 'stored without them (domain/text.ts, plainProse)',
  'post /admin/orders/search body.cursor': 'read as a cursor, which says what forms its parts have',
};

/** Routes that neither store nor look up what they are given: they encrypt or decrypt payloads of Temporal. */
const GIVEN_BACK = /^post \/staff\/codec\//;

let bare: BareApi;
beforeAll(async () => {
  bare = await bareApi();
});
afterAll(() => bare?.close());

const nameOf = ({ method, path }: Route): string => `${method} ${path}`;

test('no text in a body gets past its schema with what PostgreSQL cannot store', () => {
  const passed = apiRoutes(bare.api.deps).flatMap((one) => {
    if (one.body === undefined || isRaw(one.body) || GIVEN_BACK.test(nameOf(one))) return [];
    const texts = textsOf(isForm(one.body) ? one.body.form : one.body, 'body');
    return texts
      .filter(([, schema]) => UNSTORABLE.some((text) => passes(schema, text)))
      .map(([place]) => `${nameOf(one)} ${place}`);
  });
  expect([...new Set(passed)]).toEqual(Object.keys(HARMLESS));
});

test('no address and no query with U+0000 is an error of ours', async () => {
  const answers: [request: string, status: number][] = [];
  for (const one of apiRoutes(bare.api.deps)) {
    const places = [...one.path.matchAll(/\{(\w+)\}/g)].map(([place]) => place);
    const fields = Object.keys(one.query?.shape ?? {});
    const address = one.path.replace(/\{\w+\}/g, 'x');
    const asked = [
      ...places.map((place) => one.path.replace(place, 'a%00b').replace(/\{\w+\}/g, 'x')),
      ...fields.map((field) => `${address}?${field}=a%00b`),
    ];
    for (const path of asked) answers.push([`${one.method} ${path}`, await statusOf(one, path)]);
  }
  expect(answers.length).toBeGreaterThan(60);
  expect(answers.filter(([, status]) => status >= 500)).toEqual([]);
});

async function statusOf({ method, path, body }: Route, address: string): Promise<number> {
  const token = path.startsWith('/admin') ? ADMIN_TOKEN : STOREFRONT_KEY;
  const request = bare.api.http[method](address).set('authorization', `Bearer ${token}`);
  if (isForm(body)) return (await request.type('form').send({ ...exampleOf(body.form) })).status;
  if (body === undefined || isRaw(body)) return (await request).status;
  return (await request.send({ ...exampleOf(body) })).status;
}

/** As the documentation has it: with it, the request gets as far as its address and its query are used. */
const exampleOf = (schema: z.ZodType): object => (z.globalRegistry.get(schema)?.example ?? {}) as object;

function passes(schema: z.ZodType, text: string): boolean {
  const parsed = schema.safeParse(text);
  return parsed.success && typeof parsed.data === 'string' && /\0|\p{Cs}/u.test(parsed.data);
}

/** The schemas of texts in a schema, by their place. */
function textsOf(schema: z.core.$ZodType, place: string): [place: string, schema: z.ZodType][] {
  const { def } = (schema as z.core.$ZodTypes)._zod;
  switch (def.type) {
    case 'object': {
      const named = Object.entries(def.shape).flatMap(([name, one]) => textsOf(one, `${place}.${name}`));
      return [...named, ...(def.catchall ? textsOf(def.catchall, `${place}.*`) : [])];
    }
    case 'array':
      return textsOf(def.element, `${place}[]`);
    case 'tuple':
      return [...def.items, ...(def.rest ? [def.rest] : [])].flatMap((one) => textsOf(one, `${place}[]`));
    case 'union':
      return def.options.flatMap((one) => textsOf(one, place));
    case 'record':
      return [...textsOf(def.keyType, `${place}.*`), ...textsOf(def.valueType, `${place}.*`)];
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'catch':
      return textsOf(def.innerType, place);
    case 'string':
    case 'pipe':
    case 'transform':
    case 'any':
    case 'unknown':
      return [[place, schema as z.ZodType]];
    case 'number':
    case 'boolean':
    case 'enum':
    case 'literal':
    case 'null':
    case 'undefined':
    case 'never':
      return []; // no text of the caller's
    default:
      throw new Error(`may ${def.type} hold a text?`);
  }
}
