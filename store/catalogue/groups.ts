import type { ProductGroup } from '../../domain/product';
import { Prisma } from '../../prisma/generated/client';
import type { Tx } from '../database';

/** Why a product cannot be in a group with these options. */
export type RefusedGroup =
  /** The products of the group have options of these names. */
  | { because: 'names'; names: string[] }
  /** Another product has the same options. */
  | { because: 'taken'; sku: string };

export async function whyNotInGroup(
  tx: Tx,
  { sku, group }: { sku: string; group: ProductGroup },
): Promise<RefusedGroup | null> {
  const others = await tx.product.findMany({
    where: { groupId: group.id, sku: { not: sku } },
    orderBy: { sku: 'asc' },
  });
  for (const other of others) {
    const options = other.options as Record<string, string>;
    const names = Object.keys(options).sort();
    if (names.join('\n') !== Object.keys(group.options).sort().join('\n')) return { because: 'names', names };
    if (names.every((name) => options[name] === group.options[name])) return { because: 'taken', sku: other.sku };
  }
  return null;
}

/** The last name that was given to a group is that of all its products. */
export async function renameGroup(tx: Tx, { id, name }: ProductGroup): Promise<void> {
  await tx.product.updateMany({ where: { groupId: id, groupName: { not: name } }, data: { groupName: name } });
}

/** The columns of a product in a group, or in none. */
export const groupColumns = (group: ProductGroup | null) => ({
  groupId: group?.id ?? null,
  groupName: group?.name ?? null,
  options: group?.options ?? Prisma.DbNull,
});

export const toGroup = ({
  groupId: id,
  groupName: name,
  options,
}: {
  groupId: string | null;
  groupName: string | null;
  options: Prisma.JsonValue;
}): ProductGroup | null =>
  id !== null && name !== null ? { id, name, options: options as Record<string, string> } : null;
