import { createHmac } from 'node:crypto';
import { keyedHash } from '../../platform/keyed-hash';
import { readToken, signToken } from '../../platform/links';

const OLD = 'the-old-secret-of-at-least-32-characters';
const NEW = 'the-new-secret-of-at-least-32-characters';

describe('a signing secret that is rolled', () => {
  test('signs with the first of the list, and goes on reading links of the old one', () => {
    const before = signToken(OLD, 'order', 'cs_test_1');
    const during = signToken(`${NEW}, ${OLD}`, 'order', 'cs_test_1');
    expect(during).toBe(signToken(NEW, 'order', 'cs_test_1'));
    expect(readToken(`${NEW},${OLD}`, 'order', before)).toBe('cs_test_1');
    expect(readToken(`${OLD},${NEW}`, 'order', during)).toBe('cs_test_1');
  });

  test('reads no link of a secret that is no longer listed, nor one signed with the list itself', () => {
    expect(readToken(NEW, 'order', signToken(OLD, 'order', 'cs_test_1'))).toBeNull();
    expect(keyedHash(`${NEW},${OLD}`, 'text')).toBe(keyedHash(NEW, 'text'));
  });

  test('goes on reading links of a secret with a comma in it, from before a list was understood', () => {
    const whole = createHmac('sha256', `${NEW},${OLD}`).update('order\ncs_test_1').digest('base64url');
    expect(readToken(`${NEW},${OLD}`, 'order', `cs_test_1.${whole}`)).toBe('cs_test_1');
    expect(keyedHash('short, and with commas, but long enough', 'text')).toBe(
      createHmac('sha256', 'short, and with commas, but long enough').update('text').digest('base64url'),
    );
  });

  test('reads no link of another purpose under either secret', () => {
    for (const secret of [OLD, NEW])
      expect(readToken(`${NEW},${OLD}`, 'download', signToken(secret, 'order', 'cs_test_1'))).toBeNull();
  });
});
