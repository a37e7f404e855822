import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The columns of text, JSON or bytes in prisma/schema, by table. */
export function columnsInSchema(): Map<string, string[]> {
  const folder = join(__dirname, '../../prisma/schema');
  const schema = readdirSync(folder).map((name) => readFileSync(join(folder, name), 'utf8'));
  const models = [...schema.join('\n').matchAll(/^model \w+ \{([\s\S]*?)^\}/gm)];
  return new Map(
    models.map(([, body = '']) => [
      /@@map\("(\w+)"\)/.exec(body)?.[1] ?? '',
      [...body.matchAll(/^ +(\w+) +(?:String|Json|Bytes)\b.*$/gm)].map(
        ([line, field = '']) => /@map\("(\w+)"\)/.exec(line)?.[1] ?? field,
      ),
    ]),
  );
}
