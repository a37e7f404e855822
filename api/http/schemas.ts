import { z } from 'zod';
import { ORDER_STATUSES, PAYMENT_STATUSES } from '../../domain/order';

/** The shapes that several routes share. A schema with an id becomes a component of the OpenAPI document. */

export const Money = z
  .strictObject({
    amount: z.int().meta({ description: 'In the currency’s smallest unit.', example: 1250 }),
    currency: z.string().meta({ description: 'ISO 4217, lower case.', example: 'eur' }),
  })
  .meta({ id: 'Money' });

/** A value, or null; as a union, because OpenAPI has no other way to make a reference nullable. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()]);

export const Timestamp = z.iso.datetime().meta({ description: 'RFC 3339.', example: '2026-11-23T12:00:00.000Z' });

/**
 * One line of text with at most `most` characters. No control characters and no half surrogate pairs: PostgreSQL
 * stores neither NUL nor those.
 */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    // biome-ignore lint/suspicious/noControlCharactersInRegex: they are what it refuses
    .regex(/^[^\u0000-\u001f\u007f-\u009f]*$/, 'must not contain control characters')
    .refine(isWellFormed, 'must not contain half a character');

/**
 * Whether every surrogate has its other half. Not part of a pattern: patterns stand in the OpenAPI document, where
 * they have no flags, and only the flag `u` can tell a half pair from a whole one.
 */
export const isWellFormed = (given: string): boolean => !/\p{Cs}/u.test(given);

export const OrderStatus = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus' });
export const PaymentStatus = z.enum(PAYMENT_STATUSES).meta({ id: 'PaymentStatus' });

export const money = (amount: number, currency: string): z.infer<typeof Money> => ({ amount, currency });
export const timestamp = (at: Date): string => at.toISOString();
export const timestampOrNull = (at: Date | null): string | null => at && timestamp(at);
