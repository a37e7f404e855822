import { cpSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const ROOT = join(__dirname, '..', '..');

/**
 * A copy of the workflows with one careless change: the mails of a paid order go out before the stock is sold to it.
 * Answers the entry file. That its replay fails shows that the replay can fail.
 */
export function mutated(folder: string): string {
  for (const room of ['workflows', 'messages', 'domain'])
    cpSync(join(ROOT, room), join(folder, room), { recursive: true });
  symlinkSync(join(ROOT, 'node_modules'), join(folder, 'node_modules'));
  const file = join(folder, 'workflows', 'order.ts');
  const careful = readFileSync(file, 'utf8');
  const line = 'async function sell(run: OrderRun): Promise<void> {\n';
  const careless = careful.replace(line, `${line}  run.mails.send({ template: 'order_confirmation' });\n`);
  if (careless === careful) throw new Error('the mutation does not apply any more: mutate something else');
  writeFileSync(file, careless);
  return join(folder, 'workflows', 'index.ts');
}
