import type { Address } from '../../domain/address';
import { refusalToEdit } from '../../domain/dispute';
import type { Evidence, EvidenceFacts } from '../../domain/evidence';
import type { DisputeId, SessionId } from '../../domain/ids';
import { masked } from '../../domain/licence-key';
import type { ParcelLine } from '../../domain/parcel';
import type { Prisma } from '../../prisma/generated/client';
import { isErased } from '../customers/erased';
import type { Db, Tx } from '../database';
import { hasFile } from '../orders/downloads';
import { note } from '../orders/records';
import { lockDispute, lockKnownDispute } from './rows';

/** What Holdfast knows of a disputed order; of its mails, those to the customer by their templates. */
export type DisputedOrder = Omit<EvidenceFacts, 'customer' | 'mails'> & {
  /** Null when it is not known, or was erased. */
  customer: { name: string | null; email: string | null; userId: string | null; address: Address | null } | null;
  mails: { template: string; sentAt: Date }[];
};

/**
 * Writes the evidence as things stand; what staff have changed, and what is being submitted or was, stays as it is.
 * Under the order's row lock: an erasure of the customer comes before this reads or after it has written.
 * @param gather makes the evidence; called inside the transaction
 */
export async function saveGathered(
  db: Db,
  { id, at, gather }: { id: DisputeId; at: Date; gather: (order: DisputedOrder) => Evidence },
): Promise<void> {
  await db.$transaction(async (tx) => {
    const dispute = await lockKnownDispute(tx, id);
    const order = await readParts(tx, dispute.sessionId);
    const mails = await tx.mail.findMany({
      where: { sessionId: dispute.sessionId, status: 'SENT', audience: 'CUSTOMER' },
      orderBy: { sentAt: 'asc' },
    });
    await tx.dispute.updateMany({
      where: { id, open: true, editedAt: null, submission: null, submittedAt: null },
      data: { evidence: gather({ ...toDisputedOrder(order), mails: mails.flatMap(toSentMail) }), gatheredAt: at },
    });
  });
}

/**
 * An order with its parts, one query after the other: with several parts to include, Prisma would send their queries at
 * once on the one connection of the transaction, which pg deprecates.
 */
async function readParts(tx: Tx, sessionId: SessionId) {
  const where = { sessionId };
  return {
    ...(await tx.order.findUniqueOrThrow({ where })),
    items: await tx.orderItem.findMany({ where, orderBy: { position: 'asc' } }),
    customer: await tx.customer.findUnique({ where }),
    shipments: await tx.shipment.findMany({ where, orderBy: [{ shippedAt: 'asc' }, { id: 'asc' }] }),
    returns: await tx.orderReturn.findMany({ where, orderBy: [{ at: 'asc' }, { id: 'asc' }] }),
    // Includes revoked downloads, because they may have been used before.
    grants: await tx.downloadGrant.findMany({ where, include: { keys: true }, orderBy: { sku: 'asc' } }),
  };
}

type Parts = Awaited<ReturnType<typeof readParts>>;

function toDisputedOrder(order: Parts): Omit<DisputedOrder, 'mails'> {
  const { number, currency, createdAt, paidAt, customer, items, shipments, returns, grants } = order;
  const nameOf = (sku: string): string => items.find((item) => item.sku === sku)?.name ?? sku;
  const named = (lines: Prisma.JsonValue): string[] =>
    (lines as ParcelLine[]).map(({ sku, quantity }) => `${quantity} × ${nameOf(sku)}`);
  return {
    ...{ number, currency, paidAt, orderedAt: createdAt },
    total: Number(order.total),
    refunded: Number(order.refunded),
    customer: customer === null || customer.erasedAt !== null ? null : toCustomer(customer),
    items: items
      .filter(({ quantity }) => quantity > 0)
      .map(({ name, sku, quantity, total, kind }) => ({
        ...{ name, sku, quantity },
        total: Number(total),
        digital: kind === 'DIGITAL',
      })),
    shipments: shipments.map(({ carrier, trackingNumber, shippedAt, deliveredAt, items: lines }) => ({
      ...{ carrier, trackingNumber, shippedAt, deliveredAt },
      items: named(lines),
    })),
    returns: returns.map(({ at, items: lines }) => ({ at, items: named(lines) })),
    downloads: grants.filter(hasFile).map(({ sku, used, allowed, lastUseAt }) => ({
      ...{ name: nameOf(sku), used, allowed, lastUseAt },
    })),
    licenceKeys: grants.flatMap(({ sku, keys }) =>
      keys.map(({ key, issuedAt }) => ({
        name: nameOf(sku),
        key: key && masked(key),
        issuedAt: issuedAt ?? createdAt,
      })),
    ),
  };
}

const toCustomer = ({ name, email, userId, address }: NonNullable<Parts['customer']>) => ({
  ...{ name, email, userId },
  address: address as unknown as Address | null,
});

const toSentMail = ({ template, sentAt }: { template: string; sentAt: Date | null }) =>
  sentAt === null ? [] : [{ template, sentAt }];

export type EvidenceChange = { outcome: 'replaced' } | { outcome: 'unknown' } | { outcome: 'refused'; reason: string };

/** Replaces the evidence with staff's, unless it can no longer be changed. */
export async function replaceEvidence(
  db: Db,
  { id, evidence, actor, at }: { id: string; evidence: Evidence; actor: string; at: Date },
): Promise<EvidenceChange> {
  return db.$transaction(async (tx): Promise<EvidenceChange> => {
    const dispute = await lockDispute(tx, id);
    if (dispute === null) return { outcome: 'unknown' };
    const reason = refusalToEdit(dispute, await isErased(tx, dispute.sessionId as SessionId));
    if (reason !== null) return { outcome: 'refused', reason };
    await tx.dispute.update({ where: { id }, data: { evidence, editedAt: at, updatedAt: at } });
    await note(tx, dispute.sessionId, at, {
      type: 'dispute',
      message: `Staff changed the evidence for the dispute ${id}`,
      actor,
      key: `dispute/${id}/edited/${at.getTime()}`,
    });
    return { outcome: 'replaced' };
  });
}
