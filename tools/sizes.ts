/**
 * @file `npm run -s sizes`: what a page loads, as gzipped script, and the most it may be.
 *
 * The engine is bundled from the sources with esbuild; counted is what is loaded to train LeNet-5 on digits, without what
 * is loaded later. (esbuild's own splitting is no measure: its first part names every other part that shares a module
 * with a later one, needed or not.) `sizes.test.ts` holds the limits.
 */
import { gzipSync } from 'node:zlib';
import { build, type Plugin } from 'esbuild';

export interface Size {
  readonly what: string;
  /** Bytes of gzipped script. */
  readonly bytes: number;
  readonly limit: number;
}

interface Measured {
  readonly what: string;
  /** A module's text. */
  readonly entry: string;
  readonly limit: number;
  /** Parts that are loaded later, and are needed for it, by how they are imported. */
  readonly needs: readonly RegExp[];
}

const MEASURED: readonly Measured[] = [
  {
    what: 'engine, LeNet-5, digits, fit',
    entry: "export { fit, loadDataset, modelOf, openSession } from './src/web.ts';",
    limit: 137_000,
    needs: [/\/wasm\/index\.ts$/, /\/webgpu\/index\.ts$/],
  },
  {
    what: 'the same on a graphics adapter',
    entry: "export { fit, loadDataset, modelOf, openSession } from './src/web.ts';",
    limit: 120_000,
    needs: [/\/webgpu\/index\.ts$/, /\/session\.ts$/],
  },
  {
    what: "the page beside the engine's worker",
    entry: "export { openWorkerSession } from './src/web.ts';",
    limit: 4_000,
    needs: [],
  },
  {
    what: 'the same with the table of models',
    entry: "export { modelOf, openWorkerSession } from './src/web.ts';",
    limit: 37_000,
    needs: [],
  },
];

export async function measureSizes(): Promise<readonly Size[]> {
  return Promise.all(
    MEASURED.map(async ({ what, entry, limit, needs }) => {
      const { outputFiles } = await bundle(entry, [withoutLater(needs)]);
      const bytes = outputFiles.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
      return { what, bytes, limit };
    }),
  );
}

/** As a page would have it: nothing of Node's, minified, one copy of everything. */
async function bundle(contents: string, plugins: Plugin[] = []) {
  return build({
    stdin: { contents, resolveDir: '.', sourcefile: 'page.ts', loader: 'ts' },
    outdir: 'dist',
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    metafile: true,
    write: false,
    external: ['*.node.ts'],
    plugins,
    logLevel: 'error',
  });
}

/** Leaves out what is loaded later, but for those parts that are needed. */
const withoutLater = (needs: readonly RegExp[]): Plugin => ({
  name: 'withoutLater',
  setup: ({ onResolve }) =>
    onResolve({ filter: /./ }, ({ kind, path }) => {
      const isLeftOut = kind === 'dynamic-import' && !needs.some((need) => need.test(path));
      return isLeftOut ? { path, external: true } : undefined;
    }),
});

/** How often a package is carried by the page of the first entry, in any of its parts. */
export async function copiesOf(name: string): Promise<number> {
  const { metafile } = await bundle(MEASURED[0]?.entry ?? '');
  const carried = Object.values(metafile.outputs).flatMap(({ inputs }) =>
    Object.entries(inputs).filter(([, { bytesInOutput }]) => bytesInOutput > 0),
  );
  const root = new RegExp(`^.*node_modules/${name}/`);
  return new Set(carried.flatMap(([path]) => root.exec(path)?.[0] ?? [])).size;
}

if (import.meta.main) {
  for (const { what, bytes, limit } of await measureSizes()) {
    const kilobytes = (n: number) => `${(n / 1000).toFixed(1)} KB`;
    console.log(`${kilobytes(bytes).padStart(9)} of ${kilobytes(limit)}  ${what}`);
    if (bytes > limit) process.exitCode = 1;
  }
}
