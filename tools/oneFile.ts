/**
 * @file `npm run -s oneFile`: bundles what shipped files run into the texts that `fovea export` writes them from.
 *
 * The package has no bundler where it is used, so the texts are made here and kept beside the sources;
 * `oneFile.test.ts` fails where they are not what the sources say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { build, transform } from 'esbuild';

interface Bundled {
  readonly file: string;
  /** The module whose exports the text defines as properties of the global `fovea`. */
  readonly entry: string;
  readonly says: string;
  /** Style sheets, in their order. */
  readonly styles?: readonly string[];
}

const STYLES = ['lab/src/frame/tokens.css', 'src/web/shipped/page/page.css'];

const BUNDLED: readonly Bundled[] = [
  {
    file: 'src/interop/oneFile/moduleRuntime.generated.ts',
    entry: 'src/web/shipped/moduleRuntime.ts',
    says: 'What a shipped module runs',
  },
  {
    file: 'src/interop/oneFile/pageRuntime.generated.ts',
    entry: 'src/web/shipped/page/pageRuntime.ts',
    says: 'What a shipped page runs, and its style',
    styles: STYLES,
  },
  {
    file: 'src/server/models/tryRuntime.generated.ts',
    entry: 'src/web/shipped/page/tryRuntime.ts',
    says: 'What the page of a model server runs, and its style',
    styles: STYLES,
  },
];

/** The text of each file by its path. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = await Promise.all(
    BUNDLED.map(async ({ file, entry, says, styles }): Promise<[string, string]> => {
      const head = `/** @file ${says}, bundled from \`${entry}\` by \`npm run -s oneFile\`; never edited by hand. */\n`;
      const script = constant('script', await bundled(entry));
      const style = styles === undefined ? '' : constant('style', await minified(styles));
      return [file, head + script + style];
    }),
  );
  return new Map(files);
}

const constant = (name: string, text: string): string =>
  `export const ${name} = ${JSON.stringify(text)};\n`;

async function bundled(entry: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [entry],
    bundle: true,
    format: 'iife',
    globalName: 'fovea',
    target: 'es2022',
    minify: true,
    write: false,
    external: ['*.node.ts'],
    logLevel: 'error',
  });
  return (outputFiles[0]?.text ?? '').trim();
}

async function minified(styles: readonly string[]): Promise<string> {
  const all = styles.map((file) => readFileSync(file, 'utf8')).join('\n');
  return (await transform(all, { loader: 'css', minify: true })).code.trim();
}

if (import.meta.main) {
  for (const [file, text] of await generated()) {
    if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) continue;
    writeFileSync(file, text);
    console.log(`wrote ${file}: ${text.length} characters`);
  }
}
