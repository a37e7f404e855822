import { defineConfig } from 'vite';

/** The demo shop, built into files that the API serves at `PUBLIC_URL`: `npx vite build storefront`. */
export default defineConfig({
  resolve: {
    alias: {
      '@holdfast/client': decodeURIComponent(new URL('../packages/client/src/index.ts', import.meta.url).pathname),
    },
  },
  build: {
    outDir: '../dist/storefront',
    emptyOutDir: true,
    // The page lives under `default-src 'self'`: nothing may become a data: address.
    assetsInlineLimit: 0,
  },
});
