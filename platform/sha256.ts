import { createHash } from 'node:crypto';

/** The SHA-256 of a text, in hexadecimal: for keys that must not show what they were made from, and to tell repeats. */
export const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');
