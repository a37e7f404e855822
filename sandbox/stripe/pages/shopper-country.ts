/**
 * The shopper's country, as far as languages tell it: the first of them with a region that is among these countries.
 * Stripe goes by the address on the network, which here is always this machine's.
 * @param languages BCP 47 tags, the most wanted first; what is no tag is passed over
 */
export function countryOf(languages: readonly string[], countries: readonly string[]): string | undefined {
  return languages.map(regionOf).find((region) => region !== undefined && countries.includes(region));
}

/** Of `de-AT` it is AT, and of `de` the likeliest, DE. */
function regionOf(language: string): string | undefined {
  try {
    return new Intl.Locale(language).maximize().region;
  } catch {
    return undefined; // `*`, or Stripe's `auto`
  }
}
