import { addressHash, readUnsubscribeToken, signToken, unsubscribeUrl } from '../../platform/links';

const secret = 's'.repeat(32);
const tokenOf = (secrets: string, address: string) =>
  new URL(unsubscribeUrl({ PUBLIC_URL: 'https://api.example', SIGNING_SECRET: secrets }, address)).searchParams.get(
    'token',
  ) ?? '';

test('the link that unsubscribes shows nothing that a guess at its address could be checked by, and is always the same', () => {
  const token = tokenOf(secret, 'Ada@example.com');
  expect(token).not.toContain(addressHash('ada@example.com'));
  expect(tokenOf(secret, 'ada@example.com')).toBe(token);
  expect(readUnsubscribeToken(secret, token)).toBe(addressHash('ada@example.com'));
  expect(tokenOf(secret, 'bob@example.com').slice(0, 22)).not.toBe(token.slice(0, 22));
});

test('links from before, and from before the secret was rolled, still work; any other does not', () => {
  const hash = addressHash('ada@example.com');
  const rolled = `${'n'.repeat(32)},${secret}`;
  expect(readUnsubscribeToken(rolled, signToken(secret, 'unsubscribe', hash))).toBe(hash);
  expect(readUnsubscribeToken(rolled, tokenOf(secret, 'ada@example.com'))).toBe(hash);
  expect(readUnsubscribeToken('n'.repeat(32), tokenOf(secret, 'ada@example.com'))).toBeNull();
  for (const other of ['', 'x', 'A'.repeat(64)])
    expect(readUnsubscribeToken(secret, signToken(secret, 'unsubscribe', other))).toBeNull();
});
