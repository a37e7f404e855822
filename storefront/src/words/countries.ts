import { COUNTRIES } from '../../../domain/country';
import { language } from './language';

interface Country {
  code: string;
  name: string;
}

let known: { language: string; countries: Country[] } | null = null;

/** Every country by its name in the shopper's language, in alphabetical order. */
export function countryNames(): Country[] {
  const spoken = language();
  if (known?.language !== spoken) known = { language: spoken, countries: namesIn(spoken) };
  return known.countries;
}

function namesIn(spoken: string): Country[] {
  const names = new Intl.DisplayNames([spoken], { type: 'region' });
  return [...COUNTRIES]
    .map((code) => ({ code, name: names.of(code) ?? code }))
    .sort((one, other) => one.name.localeCompare(other.name, spoken));
}
