import { z } from 'zod';
import { DISCREPANCY_KINDS } from '../../../domain/discrepancy';
import { Problem } from '../../../domain/problem';
import { acceptDiscrepancy } from '../../../store/reconciliation/acceptance';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { Timestamp, text, timestamp } from '../../http/schemas';
import { note } from '../fields';

const Discrepancy = z
  .strictObject({
    id: z.string(),
    kind: z.enum(DISCREPANCY_KINDS),
    reference: z.string(),
    detail: z.string(),
    firstSeenAt: Timestamp,
    accepted: z.strictObject({ at: Timestamp, actor: z.string(), note: z.string() }),
  })
  .meta({ id: 'AcceptedDiscrepancy' });

/** `POST /admin/discrepancies/{id}/accept`: closes what staff have looked at and cannot or need not put right. */
export const discrepancyRoutes = ({ db, clock }: Pick<ApiDeps, 'db' | 'clock'>): Route[] => [
  route({
    method: 'post',
    path: '/admin/discrepancies/{id}/accept',
    tag: 'Staff',
    summary: 'Close an open discrepancy as it is',
    description:
      'It is not reported again while nothing about it changes. If its amounts or its detail change, or it is gone and comes back, it is open again. `409` when it is not open any more: settled or accepted.',
    params: z.strictObject({ id: text(64).meta({ description: 'Its id in a reconciliation.' }) }),
    body: z.strictObject({
      note: note.meta({ description: 'Why. It is kept for as long as the discrepancy: name no customer in it.' }),
    }),
    answers: { 200: { description: 'The discrepancy, closed.', schema: Discrepancy } },
    problems: ['not_found', 'invalid_transition'],
    handle: async ({ params: { id }, body, actor }) => {
      const accepted = await acceptDiscrepancy(db, { id, note: body.note, actor, at: new Date(clock.now()) });
      if (accepted === null) throw new Problem('not_found', 'There is no such discrepancy.');
      if (accepted === 'closed')
        throw new Problem('invalid_transition', 'This discrepancy is not open any more: it is settled or accepted.');
      const { firstSeenAt, acceptedAt, acceptedBy, note, ...discrepancy } = accepted;
      return {
        body: {
          ...discrepancy,
          firstSeenAt: timestamp(firstSeenAt),
          accepted: { at: timestamp(acceptedAt), actor: acceptedBy, note },
        },
      };
    },
  }),
];
