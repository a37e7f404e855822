import { dirname, join, normalize } from 'node:path/posix';

/** Where each file of the repository stands on the site. What is listed here is a page; no other file is. */
export const ROUTES: Record<string, string> = {
  'README.md': 'index.md',
  'CONTRIBUTING.md': 'contributing.md',
  'SECURITY.md': 'reporting.md',
  'CHANGELOG.md': 'changelog.md',
  'packages/client/README.md': 'client.md',
  'docs/README.md': 'contents.md',
  'docs/deciding/README.md': 'deciding/index.md',
  'docs/deciding/:record.md': 'deciding/:record.md',
  'docs/site/generated/:page.md': 'http/:page.md',
  'docs/:page.md': ':page.md',
};

/** The site's path of a Markdown file, or null if it is not on the site. */
export function routeOf(file: string): string | null {
  if (ROUTES[file]) return ROUTES[file];
  if (file.startsWith('docs/site/generated/')) return file.replace('docs/site/generated/', 'http/');
  const [, rest] = /^docs\/((?:deciding\/)?[\w-]+\.md)$/.exec(file) ?? [];
  return rest ?? null;
}

/** A link of a page as a path from the root of the repository, without its anchor. */
export const targetOf = (page: string, href: string): string =>
  normalize(join(dirname(page), decodeURIComponent(href.split('#')[0] ?? ''))).replace(/\/$/, '');
