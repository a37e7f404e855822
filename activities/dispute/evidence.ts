import { type EvidenceFacts, gatherEvidence } from '../../domain/evidence';
import { type DisputeId, sessionId } from '../../domain/ids';
import { TEMPLATES, type Template } from '../../emails';
import type { Customer, Mail, Prisma } from '../../prisma/generated/client';
import { lockKnownOrder } from '../../store/orders/records';
import type { Deps } from '../deps';
import { addressLines } from '../mail/facts';

const known = {
  items: { orderBy: { position: 'asc' } },
  customer: true,
  shipments: { orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }] },
  // Revoked ones too: what was downloaded before was downloaded.
  grants: { orderBy: { sku: 'asc' } },
} as const satisfies Prisma.OrderInclude;
type KnownOrder = Prisma.OrderGetPayload<{ include: typeof known }>;

/** Gathering what answers a dispute, from the database alone. */
export const evidencePacks = ({ db, clock }: Deps) => ({
  /**
   * Writes the pack as things stand; what staff have changed, and what is being submitted or was, stays as it is. Under the order's row lock:
   * who erases the customer does so before this reads or after it has written.
   */
  async gatherEvidence({ disputeId }: { disputeId: DisputeId }): Promise<void> {
    await db.$transaction(async (tx) => {
      const dispute = await tx.dispute.findUniqueOrThrow({ where: { id: disputeId } });
      await lockKnownOrder(tx, sessionId(dispute.sessionId));
      const order = await tx.order.findUniqueOrThrow({ where: { sessionId: dispute.sessionId }, include: known });
      const mails = await tx.mail.findMany({
        where: { sessionId: dispute.sessionId, status: 'SENT' },
        orderBy: { sentAt: 'asc' },
      });
      await tx.dispute.updateMany({
        where: { id: disputeId, open: true, editedAt: null, submission: null, submittedAt: null },
        data: { evidence: gatherEvidence(factsOf(order, mails)), gatheredAt: new Date(clock.now()) },
      });
    });
  },
});

const factsOf = (order: KnownOrder, mails: Mail[]): EvidenceFacts => ({
  number: order.number,
  currency: order.currency,
  total: Number(order.total),
  refunded: Number(order.refunded),
  orderedAt: order.createdAt,
  paidAt: order.paidAt,
  customer: customerFacts(order.customer),
  items: order.items.map(({ name, sku, quantity, total, kind }) => ({
    ...{ name, sku, quantity },
    total: Number(total),
    digital: kind === 'DIGITAL',
  })),
  shipments: shipmentFacts(order),
  downloads: order.grants.map(({ sku, used, allowed, lastUseAt }) => ({
    ...{ name: nameOf(order, sku), used, allowed, lastUseAt },
  })),
  mails: mails.flatMap(({ template, sentAt }) => {
    const known = Object.hasOwn(TEMPLATES, template) ? TEMPLATES[template as Template] : null;
    return known?.audience === 'customer' && sentAt ? [{ title: known.title, sentAt }] : [];
  }),
});

/** What may be told of a customer; nothing once they were erased. */
function customerFacts(customer: Customer | null) {
  if (customer === null || customer.erasedAt !== null) return null;
  const { name, email, userId } = customer;
  return { name, email, userId, address: addressLines(customer) ?? [] };
}

const shipmentFacts = (order: KnownOrder) =>
  order.shipments.map(({ carrier, trackingNumber, shippedAt, deliveredAt, items }) => ({
    ...{ carrier, trackingNumber, shippedAt, deliveredAt },
    items: (items as { sku: string; quantity: number }[]).map(
      ({ sku, quantity }) => `${quantity} × ${nameOf(order, sku)}`,
    ),
  }));

const nameOf = ({ items }: KnownOrder, sku: string): string => items.find((item) => item.sku === sku)?.name ?? sku;
