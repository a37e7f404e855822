import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';

/** Where `npm run build` puts a bundle: beside the compiled worker. */
const builtAt = (traced: boolean) => join(__dirname, `${nameOf(traced)}.js`);
const nameOf = (traced: boolean) => (traced ? 'workflow-bundle-traced' : 'workflow-bundle');
const ROOT = findRoot(__dirname);

/**
 * The workflows as one file. Bundling takes seconds, so each state of the sources is bundled once: by `npm run
 * build`, or into the cache in node_modules, under the sources' hash. What carries traces is only in the one for
 * workers that trace.
 */
export async function workflowBundle({ traced = false } = {}): Promise<{ codePath: string }> {
  const built = builtAt(traced);
  if (existsSync(built)) return { codePath: built };
  const codePath = join(ROOT, 'node_modules', '.cache', 'holdfast', `${nameOf(traced)}-${sourceHash()}.js`);
  if (!existsSync(codePath)) await writeBundle(codePath, { traced });
  return { codePath };
}

/** What `npm run build` writes beside the compiled worker. */
export async function writeBundles(folder: string): Promise<void> {
  for (const traced of [false, true]) await writeBundle(join(folder, `${nameOf(traced)}.js`), { traced });
}

/** Makes the bundle and moves it to `codePath` atomically, so that two processes may do this at once. */
async function writeBundle(codePath: string, { traced }: { traced: boolean }): Promise<void> {
  const { code } = await makeBundle(join(ROOT, 'workflows', 'index.ts'), { traced });
  const unfinished = `${codePath}.${process.pid}`;
  await mkdir(dirname(codePath), { recursive: true });
  await writeFile(unfinished, code);
  await rename(unfinished, codePath);
}

/** Bundles one entry file of workflows; tests pass a mutated one. */
export function makeBundle(workflowsPath: string, { traced = false } = {}): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath,
    preloadModules: [join(ROOT, 'workflows', 'preloaded.ts')],
    workflowInterceptorModules: traced ? [join(ROOT, 'workflows', 'tracing.ts')] : [],
    logger: { ...console, trace() {}, debug() {}, info() {}, log() {} },
  });
}

/** A hash of everything the bundle is made from: the workflows, messages, domain, the SDK, and this file. */
function sourceHash(): string {
  const hash = createHash('sha256');
  for (const folder of ['workflows', 'messages', 'domain']) {
    for (const file of readdirSync(join(ROOT, folder), { recursive: true, encoding: 'utf8' }).sort()) {
      if (file.endsWith('.ts')) hash.update(file).update(readFileSync(join(ROOT, folder, file)));
    }
  }
  hash.update(readFileSync(join(ROOT, 'node_modules', '@temporalio', 'workflow', 'package.json')));
  return hash.update(readFileSync(__filename)).digest('hex').slice(0, 16);
}

function findRoot(from: string): string {
  return existsSync(join(from, 'package.json')) || dirname(from) === from ? from : findRoot(dirname(from));
}
