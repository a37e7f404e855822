import { isEmailAddress, isMailbox, mailbox } from '../../domain/email';

test.each(['ada@example.com', 'taro..x@docomo.ne.jp', '.ada.@example.com', 'ada+x@localhost', 'ädä@bücher.example'])(
  'an address that is in use: %s',
  (address) => {
    expect([isEmailAddress(address), isMailbox(address), isMailbox(`Ada <${address}>`)]).toEqual([true, true, true]);
  },
);

test.each([
  ...['', 'ada', '@', 'a@b@c', 'ada lovelace@example.com', 'ada\n@example.com', 'ada\u0000@example.com'],
  ...['a@x.example,b@x.example', 'a;b@x.example', 'a,b@x.example', 'a(b)@x.example', 'ada\ud800@example.com'],
  `${'a'.repeat(243)}@example.com`,
])('text that is not the address of one recipient: %j', (text) => {
  expect([isEmailAddress(text), isMailbox(text), isMailbox(`Ada <${text}>`)]).toEqual([false, false, false]);
});

test('a mailbox may have a name, and an address has none', () => {
  expect(mailbox('"Tide & Co" <shop@example.com>')).toEqual({ name: 'Tide & Co', address: 'shop@example.com' });
  expect(mailbox(' shop@example.com ')).toEqual({ name: '', address: 'shop@example.com' });
  expect(isEmailAddress('Tide & Co <shop@example.com>')).toBe(false);
});
