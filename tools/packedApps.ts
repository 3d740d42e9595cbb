/**
 * @file Apps of a stranger, built from the packed package with Vite and with esbuild, and opened in Chromium.
 *
 * Each trains LeNet-5 on a few digits behind the engine's worker, once on a page that is cross-origin isolated and
 * once on one that is not; both must end at the same loss. Before: `packSmoke.ts`.
 */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build as buildWithEsbuild } from 'esbuild';
import { chromium } from 'playwright-core';
import { build as buildWithVite } from 'vite';
import { browserPath } from '../test/web/places.ts';
import { ISOLATED, serveFolder } from '../test/web/served.ts';

const APP = `
import { modelOf, openWorkerSession } from 'fovea/web';

globalThis.train = async () => {
  const engine = await openWorkerSession();
  const digits = await engine.loadDataset('digits', { trainCount: 200, testCount: 20 });
  const losses = [];
  for await (const event of engine.fit(modelOf('lenet5'), digits, { epochs: 1 })) {
    if (event.type === 'epoch') losses.push(event.train.loss);
  }
  const { plan } = engine;
  await engine.close();
  return { plan, losses };
};
`;

const page = (script: string): string =>
  `<!doctype html><title>app</title><link rel="icon" href="data:,"><script type="module" src="./${script}"></script>`;

/** As `docs/web.md` says it: no setting but a relative base. Gives the folder that is served. */
async function withVite(project: string): Promise<string> {
  writeFileSync(join(project, 'index.html'), page('app.js'));
  await buildWithVite({ root: project, base: './', configFile: false, logLevel: 'error' });
  return join(project, 'dist');
}

/** As `docs/web.md` says it: the two workers are entries of their own, beside the app. */
async function withEsbuild(project: string): Promise<string> {
  const outdir = join(project, 'built');
  await buildWithEsbuild({
    absWorkingDir: project,
    entryPoints: {
      app: './app.js',
      engineWorker: 'fovea/web/engineWorker',
      threadWorker: 'fovea/web/threadWorker',
    },
    outdir,
    bundle: true,
    minify: true,
    format: 'esm',
    logLevel: 'error',
  });
  writeFileSync(join(outdir, 'index.html'), page('app.js'));
  return outdir;
}

/** Throws where an app does not build, run, or give one loss. Says so where there is no Chromium. */
export async function checkApps(project: string): Promise<void> {
  const executablePath = browserPath('FOVEA_CHROMIUM');
  if (executablePath === undefined) {
    console.log('apps of the package: NOT CHECKED, there is no Chromium (FOVEA_CHROMIUM)');
    return;
  }
  mkdirSync(project, { recursive: true });
  writeFileSync(join(project, 'app.js'), APP);
  const browser = await chromium.launch({ executablePath, args: ['--no-sandbox'] });
  try {
    const losses = new Set<string>();
    for (const [name, build] of Object.entries({ Vite: withVite, esbuild: withEsbuild })) {
      const folder = await build(project);
      for (const [situation, headers] of Object.entries({ isolated: ISOLATED, plain: {} })) {
        const served = await serveFolder(folder, headers);
        const opened = await browser.newPage();
        await opened.goto(served.url);
        const trained = await opened.evaluate<{ plan: string; losses: number[] }>('train()');
        await Promise.all([opened.close(), served.close()]);
        console.log(`app built with ${name}, ${situation}: ${trained.plan}`);
        losses.add(JSON.stringify(trained.losses));
      }
    }
    if (losses.size !== 1) throw new Error(`the apps differ: ${[...losses].join(' and ')}`);
  } finally {
    await browser.close();
  }
}
