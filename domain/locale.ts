/**
 * The languages in which shoppers are written to: on the pages that the API renders, and in mails. To add one, see
 * docs/storefront.md.
 */
export const LANGUAGES = ['en', 'de'] as const;
export type Language = (typeof LANGUAGES)[number];

/** The language of the words for a locale: its own if we speak it, else English. */
export const languageOf = (locale: string): Language => spokenIn(locale) ?? 'en';

/** The language of a locale, if we speak it. */
export const spokenIn = (locale: string): Language | null => LANGUAGES.find((one) => one === subtagOf(locale)) ?? null;

/**
 * A locale that `Intl` knows.
 * @param otherwise what stands for Stripe's `auto`, an unknown locale, and none
 */
export function knownLocale(locale: string | null, otherwise = 'en'): string {
  try {
    return locale && locale !== 'auto' && Intl.NumberFormat.supportedLocalesOf([locale]).length > 0
      ? locale
      : otherwise;
  } catch {
    return otherwise;
  }
}

/**
 * The locale of dates. They stand in sentences, so they are in the language of the words; English has the day first,
 * unless the reader's own country says otherwise.
 */
export const localeOfDates = (locale: string): string =>
  subtagOf(locale) === languageOf(locale) && locale !== 'en' ? locale : 'en-GB';

const subtagOf = (locale: string): string | undefined => locale.toLowerCase().split(/[-_]/)[0];
