import type { Language } from '../../domain/locale';
import type { Composed } from '../../emails/rendered';
import { SAMPLES, type Sample } from './samples';
import { escaped, mailBody, shell } from './shell';

/** Every template there is, case by case, with its mail in every language it has. */
export function templatesPage(): string {
  const rows = SAMPLES.map(
    (sample) =>
      `<tr><td><code>${sample.template}</code></td><td>${words(sample.name)}</td>
       <td>${sample.languages.map((language) => `<a href="${addressOf(sample, language)}">${nameOf(language)}</a>`).join(' ')}</td>
       <td>${sample.audience}</td></tr>`,
  );
  return shell(
    'Templates',
    `<header><p><a href="/">← Outbox</a></p><h1>Templates</h1>
     <p>Every mail there is, on sample data. Customers are written to in the language of their order, staff in English.</p></header>
     <table><thead><tr><th>Template</th><th>Case</th><th>Languages</th><th>To</th></tr></thead><tbody>${rows.join('')}</tbody></table>`,
  );
}

interface Found {
  sample: Sample;
  language: Language;
  composed: Composed;
}

/** The mail that an address names; null if there is none. */
export function findSample(asked: { template: string; name: string; language: string }): Found | null {
  const sample = SAMPLES.find(({ template, name }) => template === asked.template && name === asked.name);
  const language = sample?.languages.find((one) => one === asked.language);
  return sample && language ? { sample, language, composed: sample.compose(language) } : null;
}

/** A template in one case and language: its subject and its body. */
export function samplePage({ sample, language, composed }: Found): string {
  const others = sample.languages
    .filter((one) => one !== language)
    .map((one) => ` · <a href="${addressOf(sample, one)}">${nameOf(one)}</a>`);
  return shell(
    composed.subject,
    `<header><p><a href="/templates">← Templates</a>${others.join('')}</p><h1>${escaped(composed.subject)}</h1>
     <dl><dt>Template</dt><dd><code>${sample.template}</code>, ${words(sample.name)}</dd></dl></header>
     ${mailBody(composed, `${addressOf(sample, language)}/html`)}`,
  );
}

const addressOf = ({ template, name }: Sample, language: Language): string =>
  `/templates/${template}/${name}/${language}`;

const words = (name: string): string => name.replaceAll('-', ' ');

const LANGUAGE_NAMES = new Intl.DisplayNames('en', { type: 'language' });

const nameOf = (language: Language): string => LANGUAGE_NAMES.of(language) ?? language;
