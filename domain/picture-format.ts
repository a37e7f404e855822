/** What the first bytes of a picture say about it. Sizes are in pixels. */
export interface PictureFormat {
  contentType: 'image/png' | 'image/jpeg' | 'image/webp' | 'image/avif';
  width: number;
  height: number;
}

/** No side of a picture is longer. */
const LONGEST_SIDE = 20_000;

/**
 * What a file is by its bytes, whatever its name says: PNG, JPEG, WebP or AVIF. Null for anything else, also for a
 * picture that ends before its size is said.
 */
export function readFormat(bytes: Uint8Array): PictureFormat | null {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  for (const read of [png, jpeg, webp, avif]) {
    const format = within(() => read(view));
    if (format) return isPossible(format.width) && isPossible(format.height) ? format : null;
  }
  return null;
}

const isPossible = (side: number): boolean => side >= 1 && side <= LONGEST_SIDE;

/** Null where a picture is cut off. */
function within<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (error instanceof RangeError) return null;
    throw error;
  }
}

/** https://www.w3.org/TR/png-3/: the signature, then the chunk IHDR. */
function png(view: DataView): PictureFormat | null {
  if (view.getUint32(0) !== 0x89504e47 || view.getUint32(4) !== 0x0d0a1a0a || text(view, 12) !== 'IHDR') return null;
  return { contentType: 'image/png', width: view.getUint32(16), height: view.getUint32(20) };
}

/** ITU T.81: segments until the frame header (SOF), of which 0xC4, 0xC8 and 0xCC are none. */
function jpeg(view: DataView): PictureFormat | null {
  if (view.getUint16(0) !== 0xffd8) return null;
  for (let at = 2; ; at += 2 + view.getUint16(at + 2)) {
    while (view.getUint8(at) === 0xff && view.getUint8(at + 1) === 0xff) at += 1;
    if (view.getUint8(at) !== 0xff) return null;
    const marker = view.getUint8(at + 1);
    const isFrame = marker >= 0xc0 && marker <= 0xcf && ![0xc4, 0xc8, 0xcc].includes(marker);
    if (isFrame) return { contentType: 'image/jpeg', height: view.getUint16(at + 5), width: view.getUint16(at + 7) };
  }
}

/** RFC 9649: a RIFF file whose first chunk is extended, lossless or lossy. */
function webp(view: DataView): PictureFormat | null {
  if (text(view, 0) !== 'RIFF' || text(view, 8) !== 'WEBP') return null;
  const contentType = 'image/webp' as const;
  const byte = (at: number) => view.getUint8(at);
  switch (text(view, 12)) {
    case 'VP8X': {
      const side = (at: number) => 1 + byte(at) + (byte(at + 1) << 8) + (byte(at + 2) << 16);
      return { contentType, width: side(24), height: side(27) };
    }
    case 'VP8L': {
      const sides = view.getUint32(21, true);
      return { contentType, width: 1 + (sides & 0x3fff), height: 1 + ((sides >> 14) & 0x3fff) };
    }
    case 'VP8 ':
      return { contentType, width: view.getUint16(26, true) & 0x3fff, height: view.getUint16(28, true) & 0x3fff };
    default:
      return null;
  }
}

/** ISO/IEC 14496-12 and 23008-12: the brand is `avif`, and the largest of the sizes (`ispe`) is the picture's. */
function avif(view: DataView): PictureFormat | null {
  if (text(view, 4) !== 'ftyp') return null;
  const brands = Array.from({ length: Math.min(view.getUint32(0) / 4 - 2, MOST_BRANDS) }, (_, index) =>
    text(view, 8 + 4 * index),
  );
  if (!brands.includes('avif')) return null;
  let largest: PictureFormat | null = null;
  const end = Math.min(view.byteLength - 16, HEADER_BYTES);
  for (let at = view.getUint32(0); at <= end; at += 1) {
    if (view.getUint32(at) !== ISPE) continue;
    const [width, height] = [view.getUint32(at + 8), view.getUint32(at + 12)];
    if (largest === null || width * height > largest.width * largest.height)
      largest = { contentType: 'image/avif', width, height };
  }
  return largest;
}

const MOST_BRANDS = 32;
/** Where the sizes in an AVIF file stand: before the picture itself. */
const HEADER_BYTES = 65_536;
const ISPE = 0x69737065;

const text = (view: DataView, at: number): string =>
  String.fromCharCode(...[0, 1, 2, 3].map((offset) => view.getUint8(at + offset)));
