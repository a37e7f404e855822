import { z } from 'zod';
import { isCurrency, isSku } from '../../domain/ids';
import { storable } from '../../domain/text';
import { isWellFormed, text } from '../http/schemas';

/** Fields that several staff routes share. */

export const Sku = z
  .string()
  .refine(isSku, 'must be at most 40 of A–Z a–z 0–9 . _ -')
  .meta({ description: 'At most 40 of `A–Z a–z 0–9 . _ -`.', example: 'TULIPS' });

export const SkuInPath = z.strictObject({ sku: Sku });

export const OrderRef = z.strictObject({
  ref: text(255).meta({ description: 'An order number or a session id.' }),
});

export const KeyHeader = z.strictObject({
  'idempotency-key': z
    .string('is missing: choose one for this request, such as the number of a ticket')
    .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 visible characters')
    .optional()
    .meta({ description: 'A repeat with the same key is performed once.' }),
});

/** Where the Idempotency-Key is required, because each key does something once. */
export const RequiredKey = z.strictObject({ 'idempotency-key': KeyHeader.shape['idempotency-key'].unwrap() });

const moment = z.iso
  .datetime({ offset: true, abort: true })
  .refine((given) => Date.parse(given) > 0, 'must be a time after 1970')
  .optional();

/** A period of time, open at either end. */
export const Period = {
  since: moment.meta({ description: 'From this time on. RFC 3339.', example: '2026-11-01T00:00:00Z' }),
  until: moment.meta({ description: 'Before this time. RFC 3339.', example: '2026-12-01T00:00:00Z' }),
};

/** The times of a period. */
export const periodOf = ({ since, until }: { since?: string | undefined; until?: string | undefined }) => ({
  since: since === undefined ? undefined : new Date(since),
  until: until === undefined ? undefined : new Date(until),
});

/** SKUs of an order with quantities, each once. */
export const Lines = z
  .array(z.strictObject({ sku: Sku, quantity: z.int().min(1).max(1_000_000) }))
  .min(1)
  .max(200)
  .refine((lines) => new Set(lines.map(({ sku }) => sku)).size === lines.length, 'names a SKU twice');

/** Text that may have several lines. */
export const prose = (most: number) =>
  z
    .string()
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses
    .regex(/^(?:[^\u0000-\u001f\u007f-\u009f]|[\n\r\t])*$/, 'must not contain control characters')
    .refine(isWellFormed, 'must not contain half a character');

export const note = prose(2_000).min(1);

export const webUrl = z
  .string()
  .max(2_000)
  .refine(isWebAddress, 'must be an http or https URL')
  .meta({ format: 'uri' });

/** The URL of a picture: anywhere on the web, or a path of the storefront. */
export const imageAddress = z
  .string()
  .max(2_000)
  .refine(
    (given) => /^\/(?!\/)[\x21-\x7e]*$/.test(given) || isWebAddress(given),
    'must be an http or https URL, or a path that begins with /',
  );

/** Stripe accepts at most twelve digits, and eight for most currencies. Stripe itself checks what a currency allows. */
export const Amount = z.int().min(0).max(999_999_999_999).meta({ description: 'In the currency’s smallest unit.' });
const CURRENCIES: ReadonlySet<string> = new Set(Intl.supportedValuesOf('currency'));

export const Currency = z
  .string()
  .refine((given) => isCurrency(given) && CURRENCIES.has(given.toUpperCase()), 'must be an ISO 4217 code in lower case')
  .meta({ description: 'ISO 4217, lower case.', example: 'eur' });

/** `URL` takes what PostgreSQL cannot store, because it would encode it; the address is stored as it is. */
function isWebAddress(given: string): boolean {
  return storable(given) === given && URL.canParse(given) && /^https?:$/.test(new URL(given).protocol);
}
