import { z } from 'zod';
import { BULK_ACTIONS, BULK_STATUSES, MOST_IN_BULK } from '../../../domain/bulk';
import { REASONS } from '../../../domain/order';
import type { BulkView } from '../../../store/bulk/bulks';
import { OrderStatus, orNull, Timestamp, timestamp, timestampOrNull } from '../../http/schemas';

/** What staff send and get about many orders at once. */

export const BulkRequest = z
  .strictObject({
    action: z.enum(BULK_ACTIONS),
    status: OrderStatus.optional().meta({
      description:
        'Only orders in this status. `cancel` without it is about `PENDING` orders. `cancel` of `PENDING` orders leaves alone what is paid, or whose payment is processing; to cancel paid orders, and refund them, name `PAID` or `PREPARING`.',
    }),
    attention: z.boolean().optional().meta({
      description: 'Only orders that need attention, or only those that do not. `retry` without it: those that do.',
    }),
    olderThan: z.iso
      .datetime({ offset: true, abort: true })
      .refine((given) => Date.parse(given) > 0, 'must be a time after 1970')
      .optional()
      .meta({ description: 'Only orders opened before this time. RFC 3339.', example: '2026-11-23T12:00:00.000Z' }),
    reason: z
      .enum(REASONS)
      .optional()
      .meta({ description: 'Why they are cancelled; `other` if absent. `retry` needs none.' }),
    limit: z
      .int()
      .min(1)
      .max(MOST_IN_BULK)
      .default(MOST_IN_BULK)
      .meta({ description: 'The most orders. The oldest come first.' }),
    dryRun: z.boolean().default(false).meta({ description: 'Only says which orders match now.' }),
  })
  .meta({
    id: 'BulkRequest',
    example: { action: 'cancel', status: 'PENDING', olderThan: '2026-11-23T12:00:00.000Z', reason: 'other' },
  });
export type BulkRequest = z.output<typeof BulkRequest>;

export const Matched = z
  .strictObject({ matched: z.int(), numbers: z.array(z.string()) })
  .meta({ id: 'BulkDryRun', example: { matched: 2, numbers: ['1001', '1004'] } });

export const Started = z
  .strictObject({ id: z.uuid(), matched: z.int() })
  .meta({ id: 'BulkStarted', example: { id: '7f1c2f0e-8b5e-4c9a-9d43-0c6f6f0f2b11', matched: 2 } });

export const Bulk = z
  .strictObject({
    id: z.uuid(),
    action: z.enum(BULK_ACTIONS),
    actor: z.string().meta({ description: 'The name of who asked for it.' }),
    status: z.enum(BULK_STATUSES).meta({
      description:
        '`STOPPED`: by *Request Cancellation* in the Temporal UI. `FAILED`: its run was ended before it was done.',
    }),
    requestedAt: Timestamp,
    finishedAt: orNull(Timestamp),
    matched: z.int().meta({ description: 'How many orders matched when it was asked for.' }),
    done: z.int().meta({
      description: 'How many were cancelled or retried. A cancel counts once it is recorded: its refund may follow.',
    }),
    refused: z
      .array(z.strictObject({ number: z.string(), code: z.string(), detail: z.string() }))
      .meta({ description: 'The orders that were left as they are, and why.' }),
  })
  .meta({
    id: 'Bulk',
    example: {
      id: '7f1c2f0e-8b5e-4c9a-9d43-0c6f6f0f2b11',
      action: 'cancel',
      actor: 'ada',
      status: 'COMPLETED',
      requestedAt: '2026-11-24T09:00:00.000Z',
      finishedAt: '2026-11-24T09:00:03.000Z',
      matched: 2,
      done: 1,
      refused: [
        {
          number: '1004',
          code: 'invalid_transition',
          detail: 'Stripe says that its session is complete: it is paid, or its payment is on its way.',
        },
      ],
    },
  });

export const bulkDocument = ({ refused, requestedAt, finishedAt, ...bulk }: BulkView): z.input<typeof Bulk> => ({
  ...{ id: bulk.id, action: bulk.action, actor: bulk.actor, status: bulk.status },
  ...{ requestedAt: timestamp(requestedAt), finishedAt: timestampOrNull(finishedAt) },
  ...{ matched: bulk.matched, done: bulk.done },
  refused: refused.map(({ detail, ...one }) => ({ ...one, detail: `${detail}.` })),
});
