/** @file The test page of the engine, bundled from the sources into a folder of its own. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { build } from 'esbuild';

/** Page, engine worker and thread worker side by side, as a static host has them. */
export async function bundleEngine(): Promise<string> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-web-'));
  await build({
    entryPoints: {
      page: 'test/web/engine/page.ts',
      engineWorker: 'src/web/worker/engineWorker.ts',
      threadWorker: 'src/backends/wasm/threadWorker.ts',
      isolationWorker: 'src/web/machine/isolationWorker.ts',
    },
    outdir: folder,
    bundle: true,
    format: 'esm',
    target: 'es2022',
    minify: true,
    external: ['*.node.ts'],
    logLevel: 'warning',
  });
  writeFileSync(
    join(folder, 'index.html'),
    '<!doctype html><title>engine</title><link rel="icon" href="data:,"><script type="module" src="page.js"></script>',
  );
  return folder;
}
