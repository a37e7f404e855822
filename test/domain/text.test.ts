import fc from 'fast-check';
import { storable } from '../../domain/text';

/** Any string, halves of surrogate pairs and U+0000 among it more often than chance has it. */
const anyText = fc.string({
  unit: fc.oneof(
    { weight: 4, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }) },
    fc.constantFrom('\0', '\ud800', '\udfff', '\ud83d\udc19'),
  ),
});
const anyJson = fc.letrec((tie) => ({
  node: fc.oneof({ maxDepth: 3 }, anyText, fc.integer(), fc.boolean(), fc.constant(null), tie('list'), tie('record')),
  list: fc.array(tie('node'), { maxLength: 4 }),
  record: fc.dictionary(anyText, tie('node'), { maxKeys: 4 }),
})).node;

/** What PostgreSQL refuses. */
const isRefused = (json: unknown): boolean => {
  const text = JSON.stringify(json);
  return text.includes('\\u0000') || /\\ud[89a-f]/.test(text);
};

test('whatever comes in, what is left can be stored, and stays the same when it comes again', () => {
  fc.assert(
    fc.property(anyJson, (json) => {
      const kept = storable(json);
      expect(isRefused(kept)).toBe(false);
      expect(storable(kept)).toEqual(kept);
    }),
  );
});

test('what could be stored all along is left as it is', () => {
  fc.assert(
    fc.property(anyJson, (json) => {
      fc.pre(!isRefused(json));
      expect(storable(json)).toEqual(json);
    }),
  );
});

test.each([
  ['Mi\0na', 'Mina'],
  ['Mina \ud83d', 'Mina '],
  ['\udc19Mina \ud83d\udc19', 'Mina \ud83d\udc19'],
  ['\u202eאבג \u0007', '\u202eאבג \u0007'],
])('%j is kept as %j', (given, kept) => {
  expect(storable({ name: [given] })).toEqual({ name: [kept] });
});
