/** Words that a shopper reads on more than one page: what went wrong, and what they can do about it. */
interface Words {
  title: string;
  text: string;
}

export const ORDER_NOT_FOUND: Words = {
  title: 'Order not found',
  text: 'Perhaps part of the address is missing. The link in your e-mail leads to your order.',
};

export const LINK_INVALID: Words = {
  title: 'This link does not work',
  text: 'Perhaps part of it was lost when it was copied. Please try the link in the e-mail again.',
};

/** `, in 5 minutes` or the like, with what comes before it; nothing where no time is known. */
export function waitFor(seconds: number | null, before: string): string {
  if (seconds === null) return '';
  if (seconds < 90) return `${before}in ${Math.max(1, seconds)} seconds`;
  return `${before}in ${Math.ceil(seconds / 60)} minutes`;
}
