import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

const below = (folder: string): string[] =>
  readdirSync(join(ROOT, folder))
    .filter((file) => file.endsWith('.md'))
    .map((file) => join(folder, file));

/** Every page that people read, from the root of the repository. */
export const PAGES = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'SECURITY.md',
  'packages/client/README.md',
  'bench/README.md',
  ...below('docs'),
  ...below('docs/deciding'),
];

export interface CodeBlock {
  /** Page and line, for messages. */
  at: string;
  language: string;
  /** Marked ` ```ts check `: its types are checked against the code that it names. */
  checked: boolean;
  code: string;
}

/** The fenced blocks of a page, without the indentation of a list that they stand in. */
export function codeBlocks(page: string): CodeBlock[] {
  const text = readFileSync(join(ROOT, page), 'utf8');
  const fences = text.matchAll(/^( *)```(\w*)( check)?\n([\s\S]*?)^ *```$/gm);
  return [...fences].map(([, indent = '', language = '', check, code = ''], index) => ({
    at: `${page}, block ${index + 1}`,
    language,
    checked: check !== undefined,
    code: code.replaceAll(new RegExp(`^ {0,${indent.length}}`, 'gm'), ''),
  }));
}
