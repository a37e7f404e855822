/** From `start` up to, not with, `end`. `partial` when that was asked for, also when it is all there is. */
export interface ByteRange {
  start: number;
  end: number;
  partial: boolean;
}

/**
 * What a `Range` header asks for of so many bytes. A server may ignore ranges it does not like (RFC 9110, 14.2): several at once, other
 * units, and what cannot be read give the whole.
 */
export function rangeOf(header: string | undefined, size: number): ByteRange | 'unsatisfiable' {
  const whole = { start: 0, end: size, partial: false };
  const asked = /^bytes=(\d{0,15})-(\d{0,15})$/.exec(header?.replaceAll(/\s/g, '') ?? '');
  if (!asked) return whole;
  const [, first = '', last = ''] = asked;
  if (first === '' && last === '') return whole;
  if (first === '')
    return last === '0' || size === 0
      ? 'unsatisfiable'
      : { start: Math.max(0, size - Number(last)), end: size, partial: true };
  if (last !== '' && Number(last) < Number(first)) return whole;
  if (Number(first) >= size) return 'unsatisfiable';
  return { start: Number(first), end: last === '' ? size : Math.min(size, Number(last) + 1), partial: true };
}
