/**
 * @file How the lab is built: `npm run build:lab` makes `dist/lab/`, a folder of static files.
 *
 * All addresses are relative, so that the folder runs under any path of any host. Preact needs no preset:
 * the compiler's automatic JSX is enough. `fovea/web` is the source beside us, never a copy of it.
 */
import { fileURLToPath } from 'node:url';
import { defineConfig } from 'vite';

const here = (path: string): string => fileURLToPath(new URL(path, import.meta.url));

/** Files of the library, by their paths as Vite writes them. */
const LIBRARY = new RegExp(
  `^${here('../src/')
    .replaceAll('\\', '/')
    .replaceAll(/[.*+?^${}()|[\]\\]/g, '\\$&')}`,
);

export default defineConfig({
  root: here('.'),
  base: './',
  resolve: { alias: { 'fovea/web': here('../src/web.ts') } },
  oxc: { jsx: { runtime: 'automatic', importSource: 'preact' } },
  build: {
    outDir: here('../dist/lab'),
    emptyOutDir: true,
    target: 'es2023',
    // light-dark() as it is written: these browsers have it.
    cssTarget: ['chrome123', 'firefox120', 'safari17.5'],
    modulePreload: { polyfill: false },
    license: { fileName: 'licences.md' },
    // Nothing is inlined as data: the lab's content security policy would refuse it.
    assetsInlineLimit: 0,
    rolldownOptions: {
      input: {
        index: here('index.html'),
        // Beside the page and under its own name: it serves what lies beside and below it.
        isolationWorker: here('../src/web/machine/isolationWorker.ts'),
      },
      output: {
        entryFileNames: ({ name }) =>
          name === 'isolationWorker' ? '[name].js' : 'assets/[name]-[hash].js',
      },
      external: [/\.node\.(ts|js)$/],
      // Modules of the library do nothing by being there: a page carries what it uses.
      treeshake: { moduleSideEffects: [{ test: LIBRARY, sideEffects: false }] },
    },
  },
  worker: { format: 'es', rolldownOptions: { external: [/\.node\.(ts|js)$/] } },
});
