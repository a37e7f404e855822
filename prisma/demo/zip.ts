import { crc32 } from 'node:zlib';

/** A ZIP archive of files that are compressed already, so they are stored as they are (PKWARE's APPNOTE 6.3.10, method 0). */
export function zip(files: { name: string; bytes: Buffer }[]): Buffer {
  const parts: Buffer[] = [];
  const directory: Buffer[] = [];
  let offset = 0;
  for (const { name, bytes } of files) {
    const label = Buffer.from(name, 'ascii');
    const local = Buffer.alloc(30);
    local.writeUInt32LE(0x04034b50, 0);
    describe(local, 4, bytes, label);
    parts.push(local, label, bytes);

    const entry = Buffer.alloc(46);
    entry.writeUInt32LE(0x02014b50, 0);
    entry.writeUInt16LE(20, 4); // made by: version 2.0
    describe(entry, 6, bytes, label);
    entry.writeUInt32LE(offset, 42);
    directory.push(entry, label);
    offset += local.length + label.length + bytes.length;
  }
  const entries = Buffer.concat(directory);
  const end = Buffer.alloc(22);
  end.writeUInt32LE(0x06054b50, 0);
  end.writeUInt16LE(files.length, 8);
  end.writeUInt16LE(files.length, 10);
  end.writeUInt32LE(entries.length, 12);
  end.writeUInt32LE(offset, 16);
  return Buffer.concat([...parts, entries, end]);
}

/** The fields that a file's own header and its entry in the directory share. */
function describe(header: Buffer, at: number, bytes: Buffer, label: Buffer): void {
  header.writeUInt16LE(20, at); // needs version 2.0
  header.writeUInt16LE((46 << 9) | (1 << 5) | 1, at + 8); // 1 January 2026: the archive is the same each time
  header.writeUInt32LE(crc32(bytes), at + 10);
  header.writeUInt32LE(bytes.length, at + 14);
  header.writeUInt32LE(bytes.length, at + 18);
  header.writeUInt16LE(label.length, at + 22);
}
