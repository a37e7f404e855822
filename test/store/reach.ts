import { dirname, join } from 'node:path';

/** The sources that a program loads, from its entry, by their paths. */
export function reachedFrom(entry: string, files: ReadonlyMap<string, string>): Set<string> {
  const reached = new Set([entry]);
  for (const path of reached) for (const one of importsOf(path, files)) reached.add(one);
  return reached;
}

function importsOf(path: string, files: ReadonlyMap<string, string>): string[] {
  const named = [...(files.get(path) ?? '').matchAll(/(?:from|import\(|require\()\s*'(\.[^']+)'/g)];
  return named.flatMap(([, name = '']) => {
    const base = join(dirname(path), name);
    return [base, `${base}.ts`, `${base}.tsx`, `${base}/index.ts`].find((one) => files.has(one)) ?? [];
  });
}
