import { defineSearchAttributeKey, SearchAttributeType } from '@temporalio/common';

export const SEARCH_ATTRIBUTES = {
  orderStatus: defineSearchAttributeKey('OrderStatus', SearchAttributeType.KEYWORD),
  orderNumber: defineSearchAttributeKey('OrderNumber', SearchAttributeType.KEYWORD),
  needsAttention: defineSearchAttributeKey('NeedsAttention', SearchAttributeType.BOOL),
  disputed: defineSearchAttributeKey('Disputed', SearchAttributeType.BOOL),
  amountTotal: defineSearchAttributeKey('AmountTotal', SearchAttributeType.INT),
  currency: defineSearchAttributeKey('Currency', SearchAttributeType.KEYWORD),
  skus: defineSearchAttributeKey('Skus', SearchAttributeType.KEYWORD_LIST),
} as const;

/**
 * The SKUs of an order as a search attribute, cut at 1,800 bytes: a list over 2,048 bytes would make the start fail.
 */
export function searchableSkus(skus: string[]): string[] {
  const kept: string[] = [];
  let bytes = 0;
  for (const sku of skus) {
    bytes += sku.length + 4; // two JSON quotes, a comma and one to spare; SKUs are ASCII
    if (bytes > 1_800) break;
    kept.push(sku);
  }
  return kept;
}
