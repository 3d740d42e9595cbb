/**
 * @file `npm run -s sizes`: what a page loads, as gzipped script, and the most it may be.
 *
 * The engine is bundled from the sources with esbuild, cut where code is loaded later; counted is what is loaded to
 * train LeNet-5 on digits. `sizes.test.ts` holds the limits.
 */
import { gzipSync } from 'node:zlib';
import { build, type Metafile } from 'esbuild';

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
  /** Parts that are loaded later, and are needed for it. */
  readonly needs: readonly RegExp[];
}

const MEASURED: readonly Measured[] = [
  {
    what: 'engine, LeNet-5, digits, fit',
    entry: "export { fit, loadDataset, modelOf, openSession } from './src/web.ts';",
    limit: 136_500,
    needs: [/backends\/wasm\/index\.ts$/],
  },
  {
    what: "the page beside the engine's worker",
    entry: "export { openWorkerSession } from './src/web.ts';",
    limit: 26_000,
    needs: [],
  },
  {
    what: 'the same with the table of models',
    entry: "export { modelOf, openWorkerSession } from './src/web.ts';",
    limit: 53_000,
    needs: [],
  },
];

export async function measureSizes(): Promise<readonly Size[]> {
  return Promise.all(
    MEASURED.map(async ({ what, entry, limit, needs }) => {
      const { outputFiles, metafile } = await bundle(entry);
      const loaded = loadedParts(metafile, needs);
      const own = outputFiles.filter(({ path }) => loaded.has(path.slice(path.lastIndexOf('/'))));
      const bytes = own.reduce((sum, { contents }) => sum + gzipSync(contents).length, 0);
      return { what, bytes, limit };
    }),
  );
}

/** As a page would have it: nothing of Node's, minified, one copy of everything. */
async function bundle(contents: string) {
  return build({
    stdin: { contents, resolveDir: '.', sourcefile: 'page.ts', loader: 'ts' },
    outdir: 'dist',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    metafile: true,
    write: false,
    external: ['*.node.ts'],
    logLevel: 'error',
  });
}

/** Names of the parts that the page loads at once, and of those later ones that it needs. */
function loadedParts({ outputs }: Metafile, needs: readonly RegExp[]): ReadonlySet<string> {
  const loaded = new Set<string>();
  const load = (path: string): void => {
    const name = path.slice(path.lastIndexOf('/'));
    const output = outputs[path];
    if (output === undefined || loaded.has(name)) return;
    loaded.add(name);
    for (const { path: next, kind } of output.imports) {
      const isNeeded = needs.some((need) => need.test(outputs[next]?.entryPoint ?? ''));
      if (kind === 'import-statement' || isNeeded) load(next);
    }
  };
  const [page] =
    Object.entries(outputs).find(([, { entryPoint }]) => entryPoint === 'page.ts') ?? [];
  if (page !== undefined) load(page);
  return loaded;
}

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
