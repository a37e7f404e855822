import { create } from 'zustand';
import { persist } from 'zustand/middleware';
import { LANGUAGES, type Language, localeOfDates, spokenIn } from '../../../domain/locale';
import { de } from './de';
import { en, type ShopWords } from './en';

const WORDS: Record<Language, ShopWords> = { en, de };

/** The name of each language, in itself. */
export const LANGUAGE_NAMES: Record<Language, string> = { en: 'English', de: 'Deutsch' };

interface Spoken {
  /** What the shopper chose here; null until they do. */
  chosen: Language | null;
}

/** The shopper's choice, stored in this browser. Without one, the browser's own languages decide. */
export const useLanguage = create<Spoken>()(
  persist((): Spoken => ({ chosen: null }), {
    name: 'holdfast-language',
    version: 1,
    merge: (stored) => ({ chosen: known((stored as Partial<Spoken> | null)?.chosen) }),
  }),
);

/** The words of the shopper's language. Outside of a component, which has to follow the choice. */
export const words = (): ShopWords => WORDS[language()];

/** The words of the shopper's language. */
export const useWords = (): ShopWords => WORDS[useLanguage(({ chosen }) => chosen) ?? languageOfBrowser()];

export const language = (): Language => useLanguage.getState().chosen ?? languageOfBrowser();

/**
 * The locale of prices, dates and Stripe's page: the browser's own as long as the shopper has not chosen another
 * language, so that an Austrian reads Austrian German, and pays on a French page if that is what they speak.
 */
export const locale = (): string => {
  const spoken = language();
  return navigator.languages.find((one) => spokenIn(one) === spoken) ?? spoken;
};

/** As `locale`; where the shop does not speak the browser's language, Stripe may. */
export const localeOfPayment = (): string => (useLanguage.getState().chosen === null ? navigator.language : locale());

/** The locale of dates. */
export const dateLocale = (): string => localeOfDates(locale());

function languageOfBrowser(): Language {
  for (const one of navigator.languages) {
    const spoken = spokenIn(one);
    if (spoken) return spoken;
  }
  return 'en';
}

/** Runs while this file loads, so it must not use a `const` below. */
function known(value: unknown): Language | null {
  return LANGUAGES.find((one) => one === value) ?? null;
}
