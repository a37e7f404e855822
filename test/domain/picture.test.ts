import fc from 'fast-check';
import {
  catalogueUrl,
  keptPictures,
  type Picture,
  pictureAt,
  pictureUrl,
  uploadedUrl,
  withPicture,
  withSize,
} from '../../domain/picture';
import { readFormat } from '../../domain/picture-format';

const bytes = (...parts: (string | number[])[]): Uint8Array =>
  Uint8Array.from(
    parts.flatMap((part) => (typeof part === 'string' ? [...part].map((one) => one.charCodeAt(0)) : part)),
  );
const u32 = (value: number) => [24, 16, 8, 0].map((shift) => (value >>> shift) & 0xff);
const u16 = (value: number) => [value >> 8, value & 0xff];
const box = (name: string, ...parts: (string | number[])[]) => {
  const body = bytes(name, ...parts);
  return [...u32(body.length + 4), ...body];
};
const ispe = (width: number, height: number) => box('ispe', u32(0), u32(width), u32(height));

const PNG = bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], u32(13), 'IHDR', u32(640), u32(480), [8, 6, 0, 0, 0]);
const JPEG = bytes(
  [0xff, 0xd8, 0xff, 0xe0, ...u16(6), 1, 2, 3, 4], // APP0
  [0xff, 0xff, 0xc4, ...u16(4), 0, 0], // fill bytes, and a table that is no frame
  [0xff, 0xc2, ...u16(17), 8, ...u16(480), ...u16(640), 3],
);
const riff = (chunk: string, ...data: (string | number[])[]) => bytes('RIFF', u32(0), 'WEBP', chunk, u32(0), ...data);
const WEBP = {
  extended: riff('VP8X', [0, 0, 0, 0], [0x7f, 0x02, 0], [0xdf, 0x01, 0]),
  lossless: riff('VP8L', [0x2f, 0x7f, 0xc2, 0x77, 0x00]),
  lossy: riff('VP8 ', [0, 0, 0, 0x9d, 0x01, 0x2a], [0x80, 0x02, 0xe0, 0x01]),
};
const AVIF = bytes(box('ftyp', 'mif1', u32(0), 'miafavif'), box('meta', ispe(160, 120), ispe(640, 480)), [0, 0, 0, 0]);

describe('what a file is, by its bytes', () => {
  test.each([
    ['image/png', PNG],
    ['image/jpeg', JPEG],
    ['image/webp', WEBP.extended],
    ['image/webp', WEBP.lossless],
    ['image/webp', WEBP.lossy],
    ['image/avif', AVIF],
  ])('%s', (contentType, file) => {
    expect(readFormat(file)).toEqual({ contentType, width: 640, height: 480 });
    // A view of a part of a buffer, as uploads are.
    const padded = Uint8Array.from([1, 2, 3, ...file]);
    expect(readFormat(padded.subarray(3))).toEqual({ contentType, width: 640, height: 480 });
  });

  test.each([
    ['an SVG', bytes('<svg xmlns="http://www.w3.org/2000/svg" width="640" height="480"/>')],
    ['a page', bytes('<!doctype html><script>alert(1)</script>')],
    ['a GIF', bytes('GIF89a', [0x80, 2, 0xe0, 1])],
    ['nothing', bytes()],
    ['a film', bytes(box('ftyp', 'isom', u32(0), 'mp41'), ispe(640, 480), u32(0))],
    ['a sound in RIFF', bytes('RIFF', u32(0), 'WAVE', 'fmt ', u32(0), u32(0), u32(0), u32(0))],
    ['a picture without a width', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], u32(13), 'IHDR', u32(0), u32(480))],
    ['a picture too wide', bytes([0x89], 'PNG\r\n', [0x1a, 0x0a], u32(13), 'IHDR', u32(20_001), u32(480))],
  ])('%s is none of them', (_what, file) => {
    expect(readFormat(file)).toBeNull();
  });

  test('no bytes, whole, cut off or changed, make it fail', () => {
    const start = fc.constantFrom(PNG, JPEG, ...Object.values(WEBP), AVIF);
    fc.assert(
      fc.property(start, fc.nat(80), fc.uint8Array({ maxLength: 40 }), (file, kept, rest) => {
        readFormat(Uint8Array.from([...file.subarray(0, kept), ...rest]));
      }),
    );
  });
});

describe('the pictures of a product', () => {
  const env = { PUBLIC_URL: 'https://api.shop.example' };
  const id = 'a'.repeat(43);
  const upload = (name: string, width = 640) => ({ url: uploadedUrl(name.repeat(43)), width, height: 480 });
  const [front, back] = [
    { ...upload('f'), alt: 'From the front', sizes: [] },
    { ...upload('b'), alt: null, sizes: [] },
  ];

  test('that were uploaded have an address that may move, and come back as what they are', () => {
    expect(pictureUrl(env, uploadedUrl(id))).toBe(`https://api.shop.example/pictures/${id}`);
    for (const url of [uploadedUrl(id), '/images/mug.svg', 'https://cdn.example.com/pictures/a.png'])
      expect(catalogueUrl(env, pictureUrl(env, url))).toBe(url);
    const other = `https://api.shop.example/pictures/${id}/more`;
    expect(catalogueUrl(env, other)).toBe(other);
  });

  test('are added at the end or in place of another, whose description stays', () => {
    expect(withPicture([], { place: 0, alt: null, picture: upload('b') })).toEqual([back]);
    expect(withPicture([front], { place: 1, alt: null, picture: upload('b') })).toEqual([front, back]);
    expect(withPicture([front], { place: 0, alt: null, picture: upload('b') })).toEqual([
      { ...back, alt: 'From the front' },
    ]);
    expect(withPicture([front], { place: 2, alt: null, picture: upload('b') })).toBeNull();
  });

  test('have sizes, narrowest first, one for each width', () => {
    const sized = [320, 160, 320].reduce<Picture[]>(
      (pictures, width, index) => withSize(pictures, { place: 0, picture: upload(String(index), width) }) ?? [],
      [front],
    );
    expect(sized[0]?.sizes).toEqual([
      { url: upload('1').url, width: 160 },
      { url: upload('2').url, width: 320 },
    ]);
    expect(withSize([front], { place: 1, picture: upload('x') })).toBeNull();
  });

  test('stay if they were uploaded and none are named, after the one that is', () => {
    const linked = pictureAt('/images/mug.svg');
    expect(keptPictures([linked, front, back], null)).toEqual([front, back]);
    expect(keptPictures([front, back], '/images/new.svg')).toEqual([pictureAt('/images/new.svg'), front, back]);
    expect(keptPictures([front, back], back.url)).toEqual([back, front]);
  });
});
