import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { ReactElement } from 'react';
import { renderToStaticMarkup } from 'react-dom/server';
import { de as onPages } from '../../api/pages/words/de';
import { en as onPagesInEnglish } from '../../api/pages/words/en';
import { dayIn, momentIn } from '../../domain/dates';
import { knownLocale, languageOf } from '../../domain/locale';
import { compose, TEMPLATES, type Template } from '../../emails';
import { de as inMails } from '../../emails/words/de';
import { en as inMailsInEnglish } from '../../emails/words/en';
import { sampleFacts, THINGS } from '../../sandbox/outbox/sample-order';
import { CASES, SAMPLES } from '../../sandbox/outbox/samples';

const CUSTOMERS = SAMPLES.filter(({ languages }) => languages.includes('de')).map(
  (sample) => [`${sample.template}, ${sample.name}`, sample] as const,
);

/** Words that no German sentence has. */
const ENGLISH =
  /\b(the|your|you|we|our|us|and|is|has|have|been|of|to|this|that|for|with|not|when|order|refund|payment|please|shipped)\b/i;

describe.each(CUSTOMERS)('%s', (_, { compose: write }) => {
  test('is in German for a German order, every sentence of it', () => {
    const { subject, html, text } = write('de');
    expect(html).toMatch(/^<!DOCTYPE html><html[^>]* lang="de"/);
    expect(html).not.toContain('lang="en"');
    const title = /<title>(.*?)<\/title>/.exec(html)?.[1] ?? '';
    const preview = /data-skip-in-text="true"[^>]*>([^<]*)/.exec(html)?.[1] ?? '';
    expect(preview).not.toBe('');
    for (const words of [subject, title, preview, text.replaceAll(/https?:\S+/g, '')])
      expect(words).not.toMatch(ENGLISH);
    expect(write('en').text).toMatch(ENGLISH);
  });
});

describe.each(CUSTOMERS.filter(([, { template }]) => template in CASES))('%s', (_, { template, name }) => {
  test('says the same in both languages: the numbers, amounts, dates and links', () => {
    const { ref = null, order } = CASES[template as Template][name] ?? {};
    const [english, german] = (['en', 'de'] as const).map((locale) =>
      compose(template as Template, sampleFacts({ ...order?.(THINGS.en), locale }, ref)),
    );
    for (const part of ['subject', 'text', 'html'] as const)
      expect(numbersOf(german?.[part])).toEqual(numbersOf(english?.[part]));
    const links = (html = '') => [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
    expect(links(german?.html)).toEqual(links(english?.html));
    expect(links(german?.html).length).toBeGreaterThan(0);
  });
});

/** The groups of digits in a text, in the order of their value: a sentence may say the amount before the date. */
const numbersOf = (text = ''): string[] => (text.replaceAll(/<style>.*?<\/style>/gs, '').match(/\d+/g) ?? []).sort();

test('mails to staff are in English, whatever the customer reads', () => {
  const [english, german] = (['en', 'de'] as const).map((locale) => compose('order_received', sampleFacts({ locale })));
  expect(german?.html).toMatch(/^<!DOCTYPE html><html[^>]* lang="en"/);
  expect(german).toEqual(english); // the amounts and dates, too
});

test('mails to staff lead to the order’s page and to its workflow, where the Temporal UI has an address', () => {
  const facts = sampleFacts();
  const links = (html = '') => [...html.matchAll(/href="([^"]+)"/g)].map(([, href]) => href);
  expect(links(compose('order_received', facts)?.html)).toEqual([facts.links.staff, facts.links.workflow]);
  const bare = compose('order_received', { ...facts, links: { ...facts.links, workflow: null } });
  expect(links(bare?.html)).toEqual([facts.links.staff]);
  expect(bare?.text).toContain(facts.order.sessionId);
});

test('every template has its usual case, and every case is true', () => {
  const shown = SAMPLES.map(({ template }) => template);
  expect(shown).toEqual(expect.arrayContaining([...Object.keys(TEMPLATES), ...reports()]));
  for (const { languages, compose: write } of SAMPLES) for (const language of languages) write(language);
});

/** The mails that are not about an order, by their files: `emails/low-stock.tsx` is `low_stock`. */
function reports(): string[] {
  const folder = join(__dirname, '../../emails');
  const files = readdirSync(folder).filter(
    (file) => file.endsWith('.tsx') && /^export function write/m.test(readFileSync(join(folder, file), 'utf8')),
  );
  expect(files.length).toBeGreaterThan(3);
  return files.map((file) => file.replace('.tsx', '').replaceAll('-', '_'));
}

test('no sentence was left untranslated, on pages and in mails', () => {
  /** The same word in both languages. */
  const alike = ['language', 'page.downloads', 'withdrawal.name'];
  for (const [english, german] of [
    [onPagesInEnglish, onPages],
    [inMailsInEnglish, inMails],
  ] as const) {
    const [one, other] = [sentencesOf(english), sentencesOf(german)];
    expect([...other.keys()]).toEqual([...one.keys()]);
    expect(one.size).toBeGreaterThan(50);
    for (const [place, sentence] of one)
      if (!alike.includes(place)) expect([place, other.get(place)]).not.toEqual([place, sentence]);
  }
});

/** Every sentence by its place in the table; what it is said of is 7, or a link. */
function sentencesOf(words: object, place = ''): Map<string, string> {
  return new Map(
    Object.entries(words).flatMap(([name, value]): [string, string][] => {
      const here = place === '' ? name : `${place}.${name}`;
      if (typeof value === 'string') return [[here, value]];
      if (typeof value === 'object') return [...sentencesOf(value, here)];
      const said = name === 'asGuest' ? value((link: string) => link) : value(7, 7, 7);
      return [[here, typeof said === 'string' ? said : renderToStaticMarkup(said as ReactElement)]];
    }),
  );
}

test.each([
  ['de', 'de', '8. Dezember 2026', '8. Dezember 2026 um 23:59 UTC'],
  ['de-AT', 'de', '8. Dezember 2026', '8. Dezember 2026 um 23:59 UTC'],
  ['en', 'en', '8 December 2026', '8 December 2026 at 23:59 UTC'],
  ['en-US', 'en', 'December 8, 2026', 'December 8, 2026 at 11:59 PM UTC'],
  ['fr', 'en', '8 December 2026', '8 December 2026 at 23:59 UTC'],
  ['den', 'en', '8 December 2026', '8 December 2026 at 23:59 UTC'], // Slave, of Canada
])('the words and the dates for %s are in the same language', (locale, language, day, moment) => {
  const at = new Date('2026-12-08T23:59:00Z');
  expect([languageOf(locale), dayIn(locale, at), momentIn(locale, at).replaceAll(/\s/g, ' ')]).toEqual([
    language,
    day,
    moment,
  ]);
});

test.each([null, 'auto', 'not a locale', 'xx-'])('the locale %s is unknown, so another stands for it', (locale) => {
  expect([knownLocale(locale), knownLocale(locale, 'de')]).toEqual(['en', 'de']);
});

test('one is not many', () => {
  const link = (times: number) => [inMailsInEnglish, inMails].map((words) => words.confirmation.linkWorks(times, 'X'));
  expect(link(1)).toEqual(['You can use this link once, until X.', 'Sie können diesen Link bis zum X einmal nutzen.']);
  expect(link(5)[1]).toBe('Sie können diesen Link bis zum X 5-mal nutzen.');
  expect([onPagesInEnglish.after(1), onPages.after(1), onPages.after(89), onPages.after(90)]).toEqual([
    ...['in 1 second', 'in 1 Sekunde', 'in 89 Sekunden', 'in 2 Minuten'],
  ]);
});
