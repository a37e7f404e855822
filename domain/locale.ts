/** A locale that `Intl` knows. Stripe's `auto` and unknown locales become English. */
export function knownLocale(locale: string | null): string {
  try {
    return locale && locale !== 'auto' && Intl.NumberFormat.supportedLocalesOf([locale]).length > 0 ? locale : 'en';
  } catch {
    return 'en';
  }
}
