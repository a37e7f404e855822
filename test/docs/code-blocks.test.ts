import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseSync } from '@swc/core';
import packageJson from '../../package.json';
import { type CodeBlock, codeBlocks, PAGES } from './markdown';

const ROOT = join(__dirname, '..', '..');
const blocks = PAGES.flatMap(codeBlocks);
const of = (...languages: string[]): CodeBlock[] => blocks.filter(({ language }) => languages.includes(language));

test('every code block says in what language it is, and this test knows it', () => {
  const known = 'console html http ini js json mermaid python sh sql text toml ts tsx yaml'.split(' ');
  expect(blocks.filter(({ language }) => !known.includes(language)).map(({ at, language }) => [at, language])).toEqual(
    [],
  );
  expect(of('sh').length).toBeGreaterThan(50);
});

test('every shell block is a script that a shell can read', () => {
  const refusalOf = (input: string): string => spawnSync('bash', ['-n'], { input, encoding: 'utf8' }).stderr;
  // One shell reads all of them, each as a function. Only if it stumbles, each is read alone, to name it.
  const all = of('sh').map(({ code }, index) => `block_${index}() {\n${code}\n:\n}\n`);
  if (refusalOf(all.join('')) === '') return;
  const refused = of('sh').map(({ at, code }) => [at, refusalOf(code)]);
  expect(refused.filter(([, refusal]) => refusal !== '')).toEqual([]);
});

test('every command of the repository that a block names exists: scripts of npm, and files', () => {
  const commands = ['ci', 'test', 'start', 'install', 'run'];
  for (const { at, code } of of('sh', 'console')) {
    for (const [all, command = '', , script] of code.matchAll(/\bnpm (\S+)( (?:-\S+ )*([\w:]+))?/g)) {
      expect([at, all, commands]).toEqual([at, all, expect.arrayContaining([command.replace(/;$/, '')])]);
      if (command === 'run')
        expect([at, Object.keys(packageJson.scripts)]).toEqual([at, expect.arrayContaining([script])]);
    }
    for (const [, file = ''] of code.matchAll(/(?:^|\s)((?:docker|ops|prisma|test|\.ci)\/[\w./-]*\w)(?=[\s:'"]|$)/g))
      expect([at, file, existsSync(join(ROOT, file)) || isMadeThere(at, file)]).toEqual([at, file, true]);
  }
});

test('every JSON block is JSON', () => {
  const refused = of('json').flatMap(({ at, code }) => {
    try {
      JSON.parse(code);
      return [];
    } catch (error) {
      return [[at, String(error)]];
    }
  });
  expect(refused).toEqual([]);
});

test('every block of JavaScript and TypeScript that begins a file can be read by a compiler', () => {
  for (const { at, code, language } of of('js', 'ts', 'tsx')) {
    if (/^\s/.test(code)) continue; // lines to put into a file
    const syntax = { syntax: 'typescript', tsx: language === 'tsx' } as const;
    const asFile = /^(?:import|export) /m.test(code) ? code : `async () => {\n${code}\n}`;
    const read = (): unknown => parseSync(asFile, { ...syntax, target: 'es2022' });
    expect([at, thrownBy(read)]).toEqual([at, null]);
  }
});

/** The guide on changing workflows has its reader write a test first, and then run it. */
const isMadeThere = (at: string, file: string): boolean =>
  readFileSync(join(ROOT, at.split(',')[0] as string), 'utf8').includes(`\`${file}\`:`);

function thrownBy(act: () => unknown): string | null {
  try {
    act();
    return null;
  } catch (error) {
    return String(error);
  }
}
