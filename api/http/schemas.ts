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
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

export const OrderStatus = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus' });
export const PaymentStatus = z.enum(PAYMENT_STATUSES).meta({ id: 'PaymentStatus' });

export const money = (amount: number, currency: string): z.infer<typeof Money> => ({ amount, currency });
export const timestamp = (at: Date): string => at.toISOString();
export const timestampOrNull = (at: Date | null): string | null => at && timestamp(at);
