import { createHmac, randomBytes } from 'node:crypto';
import { Resend } from 'resend';
import { isSignedDelivery, STANDARD_SECRET } from '../../platform/standard-webhooks';

const NOW = Date.now();
const SECRETS = [1, 2].map(() => `whsec_${randomBytes(24).toString('base64')}`) as [string, string];
const body = Buffer.from('{"type":"email.bounced","n":"ü"}');
const at = (seconds: number) => String(Math.floor(NOW / 1000) + seconds);

function signed({ secret = SECRETS[0], timestamp = at(0), id = 'msg_1' } = {}) {
  const key = Buffer.from(secret.slice('whsec_'.length), 'base64');
  const signature = createHmac('sha256', key).update(`${id}.${timestamp}.${body}`).digest('base64');
  return { id, timestamp, signature: `v1,${signature}` };
}
const isAccepted = (headers: Parameters<typeof isSignedDelivery>[1], given: Buffer = body) =>
  isSignedDelivery(given, headers, SECRETS, NOW);

test('a delivery is accepted under either secret, and so it is by Resend’s own library', () => {
  for (const secret of SECRETS) {
    const headers = signed({ secret });
    expect(isAccepted(headers)).toBe(true);
    expect(new Resend('re_1').webhooks.verify({ payload: body.toString(), headers, webhookSecret: secret })).toEqual(
      JSON.parse(body.toString()),
    );
  }
  const rolled = `v1,${Buffer.from('an older one').toString('base64')} ${signed().signature}`;
  expect(isAccepted({ ...signed(), signature: rolled })).toBe(true);
});

test.each([
  ['five minutes ago', -300, true],
  ['in five minutes', 300, true],
  ['longer ago', -301, false],
  ['later than that', 301, false],
])('one dated %s: %s s', (_when, seconds, accepted) => {
  expect(isAccepted(signed({ timestamp: at(seconds) }))).toBe(accepted);
});

test.each<[string, object]>([
  ['no id', { id: undefined }],
  ['no timestamp', { timestamp: undefined }],
  ['no signature', { signature: undefined }],
  ['another id', { id: 'msg_2' }],
  ['another timestamp', { timestamp: at(1) }],
  ['a timestamp that is none', { timestamp: '1e9' }],
  ['an empty signature', { signature: 'v1,' }],
  ['a signature of another version', { signature: signed().signature.replace('v1,', 'v1a,') }],
  ['a signature cut off', { signature: signed().signature.slice(0, -1) }],
  ['a secret that is not ours', signed({ secret: `whsec_${Buffer.alloc(24).toString('base64')}` })],
])('one with %s is refused', (_what, change) => {
  expect(isAccepted({ ...signed(), ...change })).toBe(false);
});

test('one whose body was changed by a byte is refused', () => {
  expect(isAccepted(signed(), Buffer.from(`${body} `))).toBe(false);
});

test.each(['whsec_', 'whsec_short', `whsec_${'A'.repeat(31)}`, 'A'.repeat(32), `whsec_${'é'.repeat(32)}`])(
  'the secret %j is none',
  (secret) => {
    expect(STANDARD_SECRET.test(secret)).toBe(false);
  },
);
