import { z } from 'zod';
import { EVIDENCE_FIELDS, type Evidence, LONGEST_EVIDENCE, LONGEST_FIELD, lengthOf } from '../../../domain/evidence';
import { isDisputeId } from '../../../domain/ids';
import { Problem } from '../../../domain/problem';
import type { Db } from '../../../store/database';
import { replaceEvidence } from '../../../store/disputes/evidence';
import { findDispute } from '../../../store/disputes/rows';
import type { ApiDeps } from '../../deps';
import { type Route, route } from '../../http/route';
import { Money, orNull, Timestamp, timestamp, timestampOrNull } from '../../http/schemas';
import { KeyHeader, prose } from '../fields';
import { submitEvidence } from './submission';

const DisputeInPath = z.strictObject({
  id: z.string().max(255).meta({ description: 'Stripe’s id of the dispute.', example: 'du_1Q2w3E4r5T6y' }),
});

const EvidenceTexts = z
  .strictObject(
    Object.fromEntries(EVIDENCE_FIELDS.map((field) => [field, prose(LONGEST_FIELD).optional()])) as Record<
      (typeof EVIDENCE_FIELDS)[number],
      z.ZodOptional<z.ZodString>
    >,
  )
  .refine((given) => lengthOf(withoutGaps(given)) <= LONGEST_EVIDENCE, {
    error: `has more than ${LONGEST_EVIDENCE} characters in all`,
  })
  .meta({ id: 'Evidence', description: 'The text fields of Stripe’s dispute evidence, by their names there.' });

const EarlierOrders = z
  .strictObject({
    orders: z.array(z.strictObject({ number: z.string(), sessionId: z.string() })),
    identifiers: z.array(z.string()).meta({
      description: 'What they have in common with the disputed order, by Stripe’s names.',
      example: ['customer_purchase_ip', 'customer_email_address'],
    }),
    status: orNull(z.string()).meta({
      description: 'Stripe’s word for whether Visa takes them: `requires_action`, `qualified`, `not_qualified`.',
    }),
  })
  .meta({
    id: 'EarlierOrders',
    description:
      'Two earlier orders of the customer by the same card, 120 to 364 days older and undisputed. They are submitted with the evidence, as Visa’s compelling evidence 3.0, where Stripe says that the dispute takes it.',
  });

const DisputeDocument = z
  .strictObject({
    id: z.string(),
    order: z.strictObject({ number: z.string(), sessionId: z.string() }),
    status: z.string().meta({ description: 'Stripe’s word.' }),
    reason: z.string().meta({ description: 'Stripe’s word.' }),
    amount: Money,
    withdrawn: orNull(Money).meta({
      description: 'What the bank took and has not given back; null when nothing moved.',
    }),
    open: z.boolean(),
    lost: z.boolean().meta({ description: 'It is over, and the money is the buyer’s.' }),
    dueBy: orNull(Timestamp).meta({ description: 'Until when evidence is taken; null where Stripe names no day.' }),
    evidence: orNull(EvidenceTexts).meta({
      description: 'Null before it is gathered, and after the customer was erased.',
    }),
    earlierOrders: orNull(EarlierOrders),
    gatheredAt: orNull(Timestamp),
    editedAt: orNull(Timestamp).meta({
      description: 'Once staff have changed it, nothing is gathered over their words.',
    }),
    submittedAt: orNull(Timestamp),
    createdAt: Timestamp,
    closedAt: orNull(Timestamp),
  })
  .meta({ id: 'Dispute' });

const answers = { 200: { description: 'The dispute as it is now.', schema: DisputeDocument } };

/** Disputes, for who answers them: the evidence that was gathered, to be read, changed, and given to the bank. */
export function disputeRoutes(deps: ApiDeps): Route[] {
  const common = { tag: 'Staff', params: DisputeInPath, answers } as const;
  return [
    route({
      ...common,
      method: 'get',
      path: '/admin/disputes/{id}',
      summary: 'A dispute with the evidence that was gathered',
      problems: ['unknown_dispute'],
      handle: async ({ params }) => ({ body: await readDispute(deps.db, params.id) }),
    }),
    route({
      ...common,
      method: 'put',
      path: '/admin/disputes/{id}/evidence',
      summary: 'Replace the evidence',
      description:
        'All of it: a field that is left out is not submitted. `409` once the dispute is closed, or its evidence is being submitted or was.',
      body: EvidenceTexts,
      problems: ['unknown_dispute', 'invalid_transition'],
      handle: async ({ params, body, actor }) => {
        await changeEvidence(deps, { id: params.id, evidence: withoutGaps(body), actor });
        return { body: await readDispute(deps.db, params.id) };
      },
    }),
    route({
      ...common,
      method: 'post',
      path: '/admin/disputes/{id}/submit',
      headers: KeyHeader,
      summary: 'Give the evidence to the bank, which takes it once',
      description: 'When Stripe takes longer than 8 s the answer is the dispute as it is, and the rest follows.',
      problems: ['unknown_dispute', 'invalid_transition'],
      handle: async ({ params, headers, actor }) => {
        const { id, sessionId } = await knownDispute(deps.db, params.id);
        await submitEvidence(deps, { id, sessionId, actor, idempotencyKey: headers['idempotency-key'] });
        return { body: await readDispute(deps.db, id) };
      },
    }),
  ];
}

async function readDispute(db: Db, id: string): Promise<z.input<typeof DisputeDocument>> {
  const dispute = await knownDispute(db, id);
  const { orderNumber, sessionId, currency, withdrawnCurrency } = dispute;
  return {
    ...{ id, status: dispute.status, reason: dispute.reason, open: dispute.open, lost: dispute.lost },
    order: { number: orderNumber, sessionId },
    amount: { amount: dispute.amount, currency },
    withdrawn: withdrawnCurrency === null ? null : { amount: dispute.withdrawn, currency: withdrawnCurrency },
    dueBy: timestampOrNull(dispute.dueBy),
    evidence: dispute.evidence,
    earlierOrders: dispute.earlierOrders && {
      orders: dispute.earlierOrders.orders,
      identifiers: dispute.earlierOrders.identifiers,
      status: dispute.visaEvidence,
    },
    gatheredAt: timestampOrNull(dispute.gatheredAt),
    editedAt: timestampOrNull(dispute.editedAt),
    submittedAt: timestampOrNull(dispute.submittedAt),
    createdAt: timestamp(dispute.createdAt),
    closedAt: timestampOrNull(dispute.closedAt),
  };
}

async function knownDispute(db: Db, id: string) {
  const dispute = isDisputeId(id) ? await findDispute(db, id) : null;
  if (dispute === null) throw unknownDispute();
  return dispute;
}

async function changeEvidence(
  { db, clock }: ApiDeps,
  asked: { id: string; evidence: Evidence; actor: string },
): Promise<void> {
  if (!isDisputeId(asked.id)) throw unknownDispute();
  const change = await replaceEvidence(db, { ...asked, at: new Date(clock.now()) });
  if (change.outcome === 'unknown') throw unknownDispute();
  if (change.outcome === 'refused') throw new Problem('invalid_transition', change.reason);
}

const unknownDispute = () => new Problem('unknown_dispute', 'There is no dispute of this id.');

/** What is empty is left out. */
const withoutGaps = (given: Partial<Record<string, string | undefined>>): Evidence =>
  Object.fromEntries(Object.entries(given).filter(([, text]) => text !== undefined && text !== '')) as Evidence;
