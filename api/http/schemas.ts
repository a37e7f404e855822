import { z } from 'zod';
import { ORDER_STATUSES, PAYMENT_STATUSES } from '../../domain/order';

/** The shapes that several routes speak in. A schema with an id is a component of the OpenAPI document. */

export const Money = z
  .strictObject({
    amount: z.int().meta({ description: 'In the currency’s smallest unit.', example: 1250 }),
    currency: z.string().meta({ description: 'ISO 4217, lower case.', example: 'eur' }),
  })
  .meta({ id: 'Money' });

/** A value, or null; as a union, because a nullable reference cannot be said otherwise in OpenAPI. */
export const orNull = <S extends z.ZodType>(schema: S) => z.union([schema, z.null()]);

export const Timestamp = z.iso.datetime().meta({ description: 'RFC 3339.', example: '2026-11-23T12:00:00.000Z' });

/**
 * Text as people write it, at most so long: no control characters, and well-formed, because PostgreSQL keeps neither NUL nor half a
 * surrogate pair.
 */
export const text = (most: number) =>
  z
    .string()
    .min(1)
    .max(most)
    .regex(/^[^\p{Cc}\p{Cs}]*$/u, 'must not contain control characters');

export const OrderStatus = z.enum(ORDER_STATUSES).meta({ id: 'OrderStatus' });
export const PaymentStatus = z.enum(PAYMENT_STATUSES).meta({ id: 'PaymentStatus' });

export const money = (amount: bigint | number, currency: string): z.infer<typeof Money> => ({
  amount: Number(amount),
  currency,
});
export const timestamp = (at: Date): string => at.toISOString();
export const timestampOrNull = (at: Date | null): string | null => at && timestamp(at);
