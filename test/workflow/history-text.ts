/** A history as text, with every payload's bytes as what they say. */
export const readable = (events: readonly unknown[]): string =>
  JSON.stringify(events, (key, value) =>
    key === 'data' && typeof value === 'string' ? Buffer.from(value, 'base64').toString('utf8') : value,
  );
