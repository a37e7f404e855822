import { randomBytes } from 'node:crypto';
import { loadDataConverter } from '@temporalio/common/lib/internal-non-workflow';
import { dataConverterOf, payloadCodec } from '../../platform/payload-codec';
import { payloadKeys } from '../../platform/payload-keys';
import { temporalConfig } from '../../platform/temporal';

const newKey = () => randomBytes(32).toString('base64');
const [first, second] = [`first:${newKey()}`, `second:${newKey()}`];
const codec = (list: string) => payloadCodec(payloadKeys.parse(list));
const bytes = (text: string) => Buffer.from(text);
const payload = { metadata: { encoding: bytes('json/plain') }, data: bytes('{"sku":"mug"}') };
const textOf = (data: Uint8Array | null | undefined) => Buffer.from(data ?? []).toString();

describe('an encrypted payload', () => {
  test('says its encoding and the name of its key, and nothing of what is in it', async () => {
    const [encrypted, again] = await codec(first).encode([payload, payload]);
    expect(textOf(encrypted?.metadata?.encoding)).toBe('binary/encrypted');
    expect(textOf(encrypted?.metadata?.['encryption-key-id'])).toBe('first');
    expect(Buffer.from(encrypted?.data ?? []).toString('latin1')).not.toMatch(/mug|json/);
    expect(encrypted?.data).not.toEqual(again?.data); // a nonce of its own
    const [back] = await codec(first).decode([encrypted as never]);
    expect([textOf(back?.metadata?.encoding), textOf(back?.data)]).toEqual(['json/plain', '{"sku":"mug"}']);
  });

  test('is read with any key of the list, and written with the first; with `off` it is only read', async () => {
    const old = await codec(first).encode([payload]);
    const [read] = await codec(`${second}, ${first}`).decode(old);
    expect(textOf(read?.data)).toBe('{"sku":"mug"}');
    const [fresh] = await codec(`${second},${first}`).encode([payload]);
    expect(textOf(fresh?.metadata?.['encryption-key-id'])).toBe('second');
    expect(await codec(`off,${first}`).encode([payload])).toEqual([payload]);
    expect(textOf((await codec(`off,${first}`).decode(old))[0]?.data)).toBe('{"sku":"mug"}');
  });

  test('is not read without its key, with another key of its name, or changed', async () => {
    const [encrypted] = await codec(first).encode([payload]);
    await expect(codec(second).decode([encrypted as never])).rejects.toThrow(
      'PAYLOAD_KEYS has no key named "first", which encrypted this payload',
    );
    const broken = 'the key "first" of PAYLOAD_KEYS did not encrypt this payload, or it was changed';
    await expect(codec(`first:${newKey()}`).decode([encrypted as never])).rejects.toThrow(broken);
    const data = Buffer.from(encrypted?.data ?? []);
    for (const place of [0, 12, data.length - 1]) {
      const changed = Buffer.from(data);
      changed[place] = (changed[place] as number) ^ 1;
      await expect(codec(first).decode([{ ...encrypted, data: changed }])).rejects.toThrow(broken);
    }
    await expect(codec(first).decode([{ ...encrypted, data: bytes('short') }])).rejects.toThrow(broken);
  });

  test('stands beside payloads of before the switch, which are read as they are', async () => {
    const [encrypted] = await codec(first).encode([payload]);
    const read = await codec(first).decode([payload, encrypted as never]);
    expect(read.map(({ data }) => textOf(data))).toEqual(['{"sku":"mug"}', '{"sku":"mug"}']);
    expect(read[0]).toBe(payload);
  });
});

test('without keys nothing is encoded', () => {
  expect(loadDataConverter(dataConverterOf(undefined))).toEqual(loadDataConverter(undefined));
  for (const PAYLOAD_KEYS of [undefined, ''])
    expect(temporalConfig({ TEMPORAL_ADDRESS: '127.0.0.1:1', PAYLOAD_KEYS }).dataConverter).toEqual({});
});

test.each([
  ['nothing', ''],
  ['`off` alone', 'off'],
  ['a key without a name', newKey()],
  ['a short key', 'a:c2hvcnQ='],
  ['a comma too many', `${first},`],
  ['`off` behind a key', `${first},off`],
])('PAYLOAD_KEYS with %s is refused, without a key in the message', (_what, given) => {
  const { success, error } = payloadKeys.safeParse(given);
  expect([success, error?.issues.map(({ message }) => message)]).toEqual([
    false,
    [expect.stringMatching(/^must be `name:key`, separated by commas; a key is the base64 of 32 bytes/)],
  ]);
});

test('PAYLOAD_KEYS names no key twice', () => {
  expect(payloadKeys.safeParse(`a:${newKey()},a:${newKey()}`).error?.issues[0]?.message).toBe('names a twice');
});
