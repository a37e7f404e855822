import type { Failure } from '@holdfast/client';
import type { Failed } from './en';
import { words } from './language';

/** What went wrong, and what the shopper can do about it. */
export function wordsFor(failure: Failure): Failed {
  const { failures, somethingWrong } = words();
  const known = failures as Partial<Record<string, (failure: Failure) => Failed>>;
  return known[failure.code]?.(failure) ?? somethingWrong;
}
