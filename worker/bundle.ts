import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { bundleWorkflowCode, type WorkflowBundle } from '@temporalio/worker';

/** Where `npm run build` puts the bundle beside the compiled worker. */
const BUILT = join(__dirname, 'workflow-bundle.js');
const ROOT = findRoot(__dirname);

/**
 * The workflows as one file. Bundling takes seconds, so each state of the sources is bundled once: by `npm run
 * build`, or into the cache in node_modules, under the sources' hash.
 */
export async function workflowBundle(): Promise<{ codePath: string }> {
  if (existsSync(BUILT)) return { codePath: BUILT };
  const codePath = join(ROOT, 'node_modules', '.cache', 'holdfast', `workflows-${sourceHash()}.js`);
  if (!existsSync(codePath)) await writeBundle(codePath);
  return { codePath };
}

/** Makes the bundle and moves it to `codePath` atomically, so that two processes may do this at once. */
export async function writeBundle(codePath: string): Promise<void> {
  const { code } = await makeBundle(join(ROOT, 'workflows', 'index.ts'));
  const unfinished = `${codePath}.${process.pid}`;
  await mkdir(dirname(codePath), { recursive: true });
  await writeFile(unfinished, code);
  await rename(unfinished, codePath);
}

/** Bundles one entry file of workflows; tests pass a mutated one. */
export function makeBundle(workflowsPath: string): Promise<WorkflowBundle> {
  return bundleWorkflowCode({
    workflowsPath,
    preloadModules: [join(ROOT, 'workflows', 'preloaded.ts')],
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
