import type { OrderSnapshot } from '../../domain/order-snapshot';
import type { LineProgress } from '../../domain/parcel';
import { type ReplacedLine, replacedInWords } from '../../domain/replacements';

type Lines = { lines?: OrderSnapshot['lines'] | undefined };

/** What brought an order to its status since it was last read, in words for staff. */
export function meanwhile({ lines: before = [] }: Lines, now: Lines & Pick<OrderSnapshot, 'status'>): string {
  const replaced = (now.lines ?? []).flatMap((line) =>
    replacedSince(
      line,
      before.find(({ sku }) => sku === line.sku),
    ),
  );
  return replaced.length > 0 ? replacedInWords(replaced) : `Now ${now.status}, by what was recorded meanwhile`;
}

function replacedSince(now: LineProgress, before: LineProgress | undefined): ReplacedLine[] {
  const instead = (now.insteadOf ?? []).map(({ sku, quantity }) => {
    const earlier = before?.insteadOf?.find((one) => one.sku === sku)?.quantity ?? 0;
    return { sku, with: now.sku, quantity: quantity - earlier };
  });
  const again = { sku: now.sku, quantity: sentAgainOf(now) - (before ? sentAgainOf(before) : 0) };
  return [again, ...instead].filter(({ quantity }) => quantity > 0);
}

const sentAgainOf = ({ replaced = 0, sentAgain = replaced }: LineProgress): number => sentAgain;
