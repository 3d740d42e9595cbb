/**
 * @file `npm run -s oneFile`: bundles what shipped files run into the texts that `fovea export` writes them from.
 *
 * The package has no bundler where it is used, so the texts are made here and kept beside the sources;
 * `oneFile.test.ts` fails where they are not what the sources say.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { build } from 'esbuild';

interface Bundled {
  readonly file: string;
  /** The module whose exports the text defines as properties of the global `fovea`. */
  readonly entry: string;
  readonly says: string;
}

const BUNDLED: readonly Bundled[] = [
  {
    file: 'src/interop/oneFile/moduleRuntime.generated.ts',
    entry: 'src/web/shipped/moduleRuntime.ts',
    says: 'What a shipped module runs',
  },
];

/** The text of each file by its path. */
export async function generated(): Promise<ReadonlyMap<string, string>> {
  const files = await Promise.all(
    BUNDLED.map(async ({ file, entry, says }): Promise<[string, string]> => {
      const script = await bundled(entry);
      return [
        file,
        `/** @file ${says}, bundled from \`${entry}\` by \`npm run -s oneFile\`; never edited by hand. */\nexport const script = ${JSON.stringify(script)};\n`,
      ];
    }),
  );
  return new Map(files);
}

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

if (import.meta.main) {
  for (const [file, text] of await generated()) {
    if (readFileSync(file, { encoding: 'utf8', flag: 'a+' }) === text) continue;
    writeFileSync(file, text);
    console.log(`wrote ${file}: ${text.length} characters`);
  }
}
