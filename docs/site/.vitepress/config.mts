import { type DefaultTheme, defineConfig } from 'vitepress';
import { CONTENTS } from '../contents';
import { publish } from './after-build.mts';
import { diagrams } from './diagrams.mts';
import { repositoryLinks } from './links.mts';
import { ROUTES, routeOf } from './routes.mts';

/** Where the site is served: `/`, or for example `/holdfast/`. */
const base = (process.env.DOCS_BASE ?? '/') as `/${string}/`;

const link = (file: string): string => `/${routeOf(file)}`.replace(/(?:index)?\.md$/, '');

const REFERENCE: DefaultTheme.SidebarItem = {
  text: 'HTTP reference',
  collapsed: true,
  items: ['Storefront', 'Staff', 'Webhooks', 'Operations', 'Schemas'].map((text) => ({
    text,
    link: `/http/${text.toLowerCase()}`,
  })),
};

export default defineConfig({
  title: 'Holdfast',
  description: 'The durable order back office for shops on Stripe Checkout',
  lang: 'en',
  base,
  srcDir: '../..',
  srcExclude: ['{bench,storefront,test,.github}/**', 'packages/client/examples/**'],
  rewrites: ROUTES,
  outDir: '.vitepress/dist',
  cacheDir: '.vitepress/cache',
  cleanUrls: false,
  metaChunk: true,
  // The index of the search is the largest: it is loaded when a reader begins to search.
  vite: { build: { chunkSizeWarningLimit: 1000 } },
  // `localhost` addresses are the reader's own machine.
  ignoreDeadLinks: [/^https?:\/\/localhost/],
  markdown: {
    anchor: { slugify: anchorOf },
    // Braces are text: `GET /products/{sku}`.
    attrs: { disable: true },
    config(md) {
      repositoryLinks(md);
      diagrams(md);
    },
  },
  themeConfig: {
    search: { provider: 'local' },
    outline: 'deep',
    nav: [
      { text: 'Quickstart', link: '/quickstart' },
      { text: 'Storefront', link: '/storefront' },
      { text: 'Operating', link: '/operating' },
      { text: 'HTTP reference', link: '/http/storefront' },
    ],
    sidebar: [
      ...CONTENTS.map(({ heading, pages }) => ({
        text: heading,
        items: pages.map(({ title, file }) => ({ text: title, link: link(file) })),
      })),
      REFERENCE,
    ],
  },
  buildEnd: publish,
});

/** As GitHub makes anchors, because links are written for it. */
function anchorOf(title: string): string {
  return title
    .toLowerCase()
    .replace(/[^\p{L}\p{N} _-]/gu, '')
    .replaceAll(' ', '-');
}
