import type { Address } from './address';

/**
 * An address as it is written in its country, line by line, with the name of the recipient and, last, the country: in
 * English and in capitals for the post, unless `nameOf` says otherwise. What is not known is left out. So is a state,
 * where addresses of the country have none: a card or a wallet may name one anyway. Nothing else that is known is ever
 * left out.
 */
export function postalLines(
  { name, address }: { name: string | null; address: Address },
  nameOf: (country: string) => string = forThePost,
): string[] {
  const streets = [address.line1, address.line2].flatMap((line) => given(line) ?? []);
  const parts = { N: given(name), C: given(address.city), S: given(address.state), Z: given(address.postal_code) };
  const country = given(address.country);
  const form = formOf(country, [...streets, parts.C, parts.S].join(' '));
  const lines = form.split('|').flatMap((line) => (line === 'A' ? streets : filled(line, parts)));
  const elsewhere = (['C', 'Z'] as const).flatMap((part) => (form.includes(part) ? [] : (parts[part] ?? [])));
  return [...lines, ...elsewhere, ...(country ? [nameOf(country)] : [])].filter((line) => line !== '');
}

type Parts = Record<'N' | 'C' | 'S' | 'Z', string | null>;

const given = (text: string | null): string | null => text?.trim() || null;

/**
 * A line of a form with its parts filled in. What stands between two parts is left out if the one before is unknown.
 */
function filled(line: string, parts: Parts): string {
  let text = '';
  let between = '';
  for (const { 0: token, index } of line.matchAll(/[NCSZ]|[^NCSZ]+/g)) {
    if (!isPart(token)) between = text !== '' || index === 0 ? token : '';
    else {
      if (parts[token] !== null) text += between + parts[token];
      between = '';
    }
  }
  return text;
}

const isPart = (token: string): token is keyof Parts => /^[NCSZ]$/.test(token);

/**
 * How addresses are written, by country. `|` ends a line. N: the name. A: the street, of as many lines as are given.
 * C: the city. S: the state, province or county. Z: the postal code. After the data that browsers fill in forms with
 * (https://github.com/google/libaddressinput).
 */
const FORMS: Record<string, string> = {
  'N|A|Z C': `AD AT AX BA BE BG BL CH CY CZ DE DK DO DZ EE FI FO FR GE GF GL GP GR GW HR IS KW LA LI LT LU MA MC MD ME MF
    MG MK MQ NC NE NL NO PF PL PM PT PY RE RS SE SI SJ SK SM SN TN VA WF XK YT ZM`,
  'N|A|Z C S': 'ES IT UY',
  'N|A|Z S C': 'RO',
  'N|A|Z C, S': 'MX',
  'N|A|Z C/S': 'TR',
  'N|A|Z C|S': 'AR CL CV MY UZ',
  'N|A|C, S Z': 'AS FM GU MH MP PW TW UM US VI',
  'N|A|C PR Z': 'PR',
  'N|A|C S Z': 'AU CA',
  'N|A|C Z': 'BH BM BN IL JO KH LB LS MT MV NP NZ SA SG',
  'N|A|C - Z': 'BD',
  'N|A|C-Z': 'PK',
  'N|A|C, Z': 'LV',
  'N|A|C-S|Z': 'BR',
  'N|A|C Z|S': 'IN NG PE',
  'N|A|C Z, S': 'VE',
  'N|A|C, S, Z': 'CO',
  'N|A|C|S Z': 'ID TH VN',
  'N|A|C|Z S': 'PH',
  'N|A|C|Z': 'AC FK GB GG GI GS IM IO JE KE LK PN SH TA TC ZA',
  'N|A|S, C|Z': 'CR',
  'N|A|Z|C': 'EC',
  'N|A|Z- C': 'GT',
  'N|A|C|S, Z': 'CN',
  'N|A|C, S|Z': 'HN JP',
  'N|C|A|Z': 'HU',
};

/** As people write them there, in their own script: from the largest to the smallest. */
const EAST_ASIAN: Record<string, string> = {
  CN: 'Z|SC|A|N',
  HK: 'S|C|A|N',
  JP: '〒Z|SC|A|N',
  KR: 'S C|A|N|Z',
  MO: 'C|A|N',
  TW: 'Z|SC|A|N',
};

/** Of every other country: all that is known, a line each. */
const PLAIN = 'N|A|C|S|Z';

const BY_COUNTRY = new Map(
  Object.entries(FORMS).flatMap(([form, countries]) => countries.split(/\s+/).map((country) => [country, form])),
);

const IN_OWN_SCRIPT = /\p{Script=Han}|\p{Script=Hiragana}|\p{Script=Katakana}|\p{Script=Hangul}/u;

function formOf(country: string | null, text: string): string {
  if (country === null) return PLAIN;
  const own = IN_OWN_SCRIPT.test(text) ? EAST_ASIAN[country] : undefined;
  return own ?? BY_COUNTRY.get(country) ?? PLAIN;
}

const NAMES = new Intl.DisplayNames('en', { type: 'region' });

/** In capitals, as the Universal Postal Union asks for the last line. */
const forThePost = (country: string): string =>
  (/^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? country) : country).toUpperCase();
