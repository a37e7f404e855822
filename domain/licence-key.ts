/** A key that its reader recognises and cannot use: its last four characters, fewer of a short one. */
export const masked = (key: string): string =>
  `…${key.slice(Math.max(Math.ceil((key.length * 2) / 3), key.length - 4))}`;
