/**
 * What Stripe refuses to make sessions for, as the subject of an alarm: its code (or what it is about) and the
 * currency. Nothing in it comes from a shopper.
 */
export const refusedCheckout = (code: string, currency: string): string => `${code} (${currency})`;

/** The currency of such a subject. */
export const currencyOfRefusal = (subject: string): string => /\(([a-z]{3})\)$/.exec(subject)?.[1] ?? '';
