import { COUNTRIES } from '../../../domain/country';

interface Country {
  code: string;
  name: string;
}

let names: Country[] | null = null;

/** Every country by its English name, in alphabetical order. */
export function countryNames(): Country[] {
  names ??= [...COUNTRIES].map((code) => ({ code, name: NAMES.of(code) ?? code })).sort(byName);
  return names;
}

const NAMES = new Intl.DisplayNames(['en'], { type: 'region' });

const byName = (one: Country, other: Country): number => one.name.localeCompare(other.name, 'en');
