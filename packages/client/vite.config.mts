import { defineConfig } from 'vite';

/** The client and what it needs in one file, for pages without a build of their own: `npm run client:build`. */
export default defineConfig({
  build: {
    emptyOutDir: false,
    lib: { entry: 'src/index.ts', formats: ['es'], fileName: () => 'holdfast-client.js' },
    // Vite leaves a library its spaces, for bundlers that read its comments. This file is for browsers alone.
    rolldownOptions: { output: { minify: true } },
  },
});
