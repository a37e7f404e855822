import { spawnSync } from 'node:child_process';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { newFolder } from '../support/folder';
import { codeBlocks, PAGES } from './markdown';

const ROOT = join(__dirname, '..', '..');

/** What a page says around its examples: names that a block uses and does not make. */
const AROUND = `
declare const storefrontKey: string;
declare const items: { sku: string; quantity: number }[];
declare const userId: string;
declare const idempotencyKey: string;
declare const answering: ReturnType<typeof import('@holdfast/client').createHoldfast>;
`;

test('every block that is marked `ts check` type-checks against the code of today', () => {
  const blocks = PAGES.flatMap(codeBlocks).filter(({ checked }) => checked);
  expect(blocks.length).toBeGreaterThanOrEqual(3);
  const folder = newFolder('blocks');
  try {
    blocks.forEach(({ at, code }, index) => {
      writeFileSync(join(folder, `block-${index}.ts`), `// ${at}\n${moduleOf(code)}`);
    });
    writeFileSync(join(folder, 'tsconfig.json'), JSON.stringify(CONFIGURATION));
    const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
    const { stdout, status } = spawnSync(process.execPath, [tsc, '-p', folder], { encoding: 'utf8' });
    expect([stdout, status]).toEqual(['', 0]);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

const CONFIGURATION = {
  extends: join(ROOT, 'tsconfig.json'),
  compilerOptions: {
    noUnusedLocals: false,
    types: [],
    paths: { '@holdfast/client': [join(ROOT, 'packages/client/src/index.ts')] },
  },
  include: ['*.ts'],
};

/** A block as a module: its statements within a function, and what they use of other blocks before them. */
function moduleOf(code: string): string {
  const imports = code.match(/^import .*$/gm) ?? [];
  const made = new Set([...code.matchAll(/\b(?:const|let) (\w+)/g)].map(([, name]) => name));
  return [
    ...imports,
    ...(imports.length === 0 ? ["import { createHoldfast } from '@holdfast/client';"] : []),
    AROUND,
    'export async function block() {',
    ...(made.has('shop') ? [] : ['const shop = answering;']),
    code.replaceAll(/^import .*$/gm, ''),
    '}',
  ].join('\n');
}
