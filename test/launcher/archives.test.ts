import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { extract } from '../../sandbox/archives';
import { newFolder } from '../support/folder';

const FILES = { 'release/LICENSE': 'free', 'release/temporal': 'a program\n'.repeat(2_000), 'release/empty': '' };

let folder: string;
beforeAll(() => {
  folder = newFolder('archives');
  mkdirSync(join(folder, 'release'));
  for (const [path, content] of Object.entries(FILES)) writeFileSync(join(folder, path), content);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** The same files packed by Python's zipfile, which also makes wheels: one stored, one deflated, one empty. */
const ZIP = Buffer.from(
  [
    'UEsDBBQAAAAAAImWd13IwS5NBAAAAAQAAAAPAAAAcmVsZWFzZS9MSUNFTlNFZnJlZVBLAwQUAAAACACJlnddCHaWLEYAAAAgTgAAEAAAAHJlbG',
    'Vhc2UvdGVtcG9yYWztxqERACAMBDDPFF3tFYqD6/6iY2ASldTruztnxczMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMzMPm4A',
    'UEsDBBQAAAAAAImWd10AAAAAAAAAAAAAAAANAAAAcmVsZWFzZS9lbXB0eVBLAQIUAxQAAAAAAImWd13IwS5NBAAAAAQAAAAPAAAAAAAAAAAAAA',
    'CkgQAAAAByZWxlYXNlL0xJQ0VOU0VQSwECFAMUAAAACACJlnddCHaWLEYAAAAgTgAAEAAAAAAAAAAAAAAApIExAAAAcmVsZWFzZS90ZW1wb3Jh',
    'bFBLAQIUAxQAAAAAAImWd10AAAAAAAAAAAAAAAANAAAAAAAAAAAAAACkgaUAAAByZWxlYXNlL2VtcHR5UEsFBgAAAAADAAMAtgAAANAAAAAAAA',
    '==',
  ].join(''),
  'base64',
);

const archives: Record<string, () => Buffer> = {
  'tar.gz': () => {
    execFileSync('tar', ['czf', 'release.tar.gz', 'release'], { cwd: folder });
    return readFileSync(join(folder, 'release.tar.gz'));
  },
  zip: () => ZIP,
};

test.each(Object.keys(archives))('extracts one file from a %s', (kind) => {
  const archive = archives[kind]?.() as Buffer;
  for (const [path, content] of Object.entries(FILES)) {
    expect(extract(archive, (name) => name === path).toString()).toBe(content);
  }
  expect(() => extract(archive, (name) => name === 'release/other')).toThrow('does not contain the expected file');
});
