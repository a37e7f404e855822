import { gunzipSync, inflateRawSync } from 'node:zlib';

/** Extracts one file from an archive in memory, so that neither `tar` nor `unzip` must be installed. */
export function extract(archive: Buffer, isWanted: (path: string) => boolean): Buffer {
  const isZip = archive.readUInt32LE(0) === ZIP_LOCAL_FILE;
  for (const entry of isZip ? zipEntries(archive) : tarEntries(gunzipSync(archive))) {
    if (isWanted(entry.path)) return entry.content();
  }
  throw new Error('The archive does not contain the expected file.');
}

interface Entry {
  path: string;
  content(): Buffer;
}

const ZIP_LOCAL_FILE = 0x04034b50;
const ZIP_DIRECTORY_ENTRY = 0x02014b50;
const ZIP_DIRECTORY_END = 0x06054b50;

/** Reads the directory at the end of the file (APPNOTE.TXT 4.3). Archives over 4 GB are not supported. */
function* zipEntries(zip: Buffer): Generator<Entry> {
  const signature = Buffer.alloc(4);
  signature.writeUInt32LE(ZIP_DIRECTORY_END);
  const end = zip.lastIndexOf(signature);
  let at = zip.readUInt32LE(end + 16);
  for (let left = zip.readUInt16LE(end + 10); left > 0 && zip.readUInt32LE(at) === ZIP_DIRECTORY_ENTRY; left--) {
    const method = zip.readUInt16LE(at + 10);
    const size = zip.readUInt32LE(at + 20);
    const nameLength = zip.readUInt16LE(at + 28);
    const local = zip.readUInt32LE(at + 42);
    yield {
      path: zip.toString('utf8', at + 46, at + 46 + nameLength),
      content: () => {
        // The local header repeats the name; its extra field may differ in length from the directory's.
        const start = local + 30 + zip.readUInt16LE(local + 26) + zip.readUInt16LE(local + 28);
        const packed = zip.subarray(start, start + size);
        return method === 0 ? packed : inflateRawSync(packed);
      },
    };
    at += 46 + nameLength + zip.readUInt16LE(at + 30) + zip.readUInt16LE(at + 32);
  }
}

/** POSIX ustar: a header of 512 bytes with the name at 0 and the size in octal at 124, the content padded to 512. */
function* tarEntries(tar: Buffer): Generator<Entry> {
  const text = (from: number, length: number) => tar.toString('utf8', from, from + length).split('\0')[0] ?? '';
  for (let at = 0; at + 512 <= tar.length && tar[at] !== 0; ) {
    const size = Number.parseInt(text(at + 124, 12), 8);
    const start = at + 512;
    yield { path: text(at, 100), content: () => tar.subarray(start, start + size) };
    at = start + Math.ceil(size / 512) * 512;
  }
}
