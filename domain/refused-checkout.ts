/**
 * What an alarm about a refused checkout is about: Stripe's code, a parameter, or the id of a shipping rate, and the
 * currency.
 */
export const refusedCheckout = (what: string, currency: string): string => `${what} (${currency})`;

/** The shipping rate at Stripe that such an alarm is about; null if it is about something else. */
export const refusedRateOf = (subject: string): string | null => /^shr_\w+/.exec(subject)?.[0] ?? null;
