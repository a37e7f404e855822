import type { MarkdownRenderer } from 'vitepress';
import { routeOf, targetOf } from './routes.mts';

/**
 * Links are written for those who read the files in the repository. On the site a link to a page leads to that page,
 * and a link to any other file leads to `SOURCE_URL`, for example `https://github.com/you/holdfast/blob/main`. Without
 * it, the site shows such a file's path and no link.
 */
export function repositoryLinks(md: MarkdownRenderer): void {
  const source = process.env.SOURCE_URL?.replace(/\/$/, '');
  md.core.ruler.push('repository-links', ({ tokens, env }) => {
    for (const { children } of tokens) {
      const open: boolean[] = [];
      for (const token of children ?? []) {
        if (token.type === 'link_open') {
          const href = token.attrGet('href') ?? '';
          const path = hrefOf(pathOf(env), href);
          open.push(path !== null || source !== undefined);
          if (path !== null) token.attrSet('href', path);
          else if (source) token.attrSet('href', `${source}/${targetOf(repositoryPath(pathOf(env)), href)}`);
          else Object.assign(token, { tag: 'span', type: 'text_open', attrs: [['title', titleOf(pathOf(env), href)]] });
        } else if (token.type === 'link_close' && open.pop() === false)
          Object.assign(token, { tag: 'span', type: 'text_close' });
      }
    }
  });
}

/** The file that is read: `path` is where the page stands on the site. */
const pathOf = ({ realPath, path }: { realPath?: string; path: string }): string => realPath ?? path;
const ROOT = new URL('../../../', import.meta.url).pathname;
const repositoryPath = (file: string): string => file.slice(ROOT.length);
const titleOf = (file: string, href: string): string => `in the repository: ${targetOf(repositoryPath(file), href)}`;

/** The link on the site; null if it leads to a file that is not on it. */
function hrefOf(file: string, href: string): string | null {
  if (/^(?:[a-z]+:|#|\/)/.test(href)) return href;
  const route = routeOf(targetOf(repositoryPath(file), href));
  const [, anchor] = href.split('#');
  return route && `/${route}${anchor ? `#${anchor}` : ''}`;
}
