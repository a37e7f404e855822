import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import type { SiteConfig } from 'vitepress';
import { CONTENTS } from '../contents';
import { routeOf } from './routes.mts';

const ROOT = new URL('../../../', import.meta.url).pathname;

/** Adds what tools read to the built site, and then checks all of it. */
export function publish({ outDir, site: { base } }: SiteConfig): void {
  addTextFor(outDir, base);
  const mistakes = mistakesIn(outDir, base);
  if (mistakes.length > 0) throw new Error(`the site has links that lead nowhere:\n${mistakes.join('\n')}`);
}

/** `llms.txt` with the site's addresses, the Markdown that it lists, and the OpenAPI document. */
function addTextFor(outDir: string, base: string): void {
  let list = readFileSync(join(ROOT, 'llms.txt'), 'utf8');
  for (const { file } of CONTENTS.flatMap(({ pages }) => pages)) {
    const target = routeOf(file) as string;
    list = list.replaceAll(`](${file})`, `](${base}${target})`);
    mkdirSync(dirname(join(outDir, target)), { recursive: true });
    cpSync(join(ROOT, file), join(outDir, target));
  }
  writeFileSync(join(outDir, 'llms.txt'), list);
  cpSync(join(ROOT, 'docs/site/generated/openapi.json'), join(outDir, 'openapi.json'));
}

/** Every link, anchor and asset that leads nowhere, and everything that a page would load from another host. */
function mistakesIn(outDir: string, base: string): string[] {
  const pages = readdirSync(outDir, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.html'));
  const html = new Map(pages.map((page) => [page, readFileSync(join(outDir, page), 'utf8')]));
  const ids = new Map([...html].map(([page, text]) => [page, idsOf(text)]));
  return [...html].flatMap(([page, text]) => {
    const loaded = [...text.matchAll(/<(?:script|img|link|iframe)\b[^>]*\b(?:src|href)="(?:https?:)?\/\/[^"]*"/g)];
    const linked = [...text.matchAll(/\b(?:href|src)="([^"]+)"/g)].map(([, href]) =>
      (href as string).replaceAll('&amp;', '&'),
    );
    const dead = linked.filter((href) => !/^[a-z]+:/.test(href) && !leads(href, page));
    return [...loaded.map(([tag]) => `${page}: loads ${tag}`), ...dead.map((href) => `${page}: ${href}`)];
  });

  function leads(href: string, page: string): boolean {
    const [path = '', anchor] = href.split('#');
    const target = path === '' ? page : fileOf(path);
    if (!existsSync(join(outDir, target))) return false;
    return !anchor || (ids.get(target)?.has(decodeURIComponent(anchor)) ?? true);
  }

  function fileOf(path: string): string {
    const below = path.startsWith(base) ? path.slice(base.length) : path;
    return below === '' || below.endsWith('/') ? `${below}index.html` : below;
  }
}

const idsOf = (text: string): Set<string> =>
  new Set([...text.matchAll(/\bid="([^"]+)"/g)].map(([, id]) => (id as string).replaceAll('&amp;', '&')));
