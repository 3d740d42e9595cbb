/**
 * @file One page that can be mailed: draw or drop a picture, see the answer and what every layer made of it.
 *
 * It opens from a disk as from a server, asks nobody for anything, and its own policy holds it to that: no source but
 * the one script and the one style sheet in it, by their digests. Previous stop: `shippedModel.ts`. Next stop:
 * `web/shipped/page/pageRuntime.ts`, what the script runs.
 */
import { version } from '../../base/version.ts';
import { layerShapes } from '../../nn/shapes.ts';
import type { TrainedModel } from '../../nn/trained.ts';
import { json } from './exportJs.ts';
import { script, style } from './pageRuntime.generated.ts';
import { type OneFileOptions, shipModel } from './shippedModel.ts';

/** NAME.html, as bytes by name. */
export async function exportModel(
  model: TrainedModel,
  { name, weights }: OneFileOptions,
): Promise<ReadonlyMap<string, Uint8Array<ArrayBuffer>>> {
  const { about, text } = shipModel(model, { weights, stages: true });
  const layers = layerShapes(model.spec).map(({ spec: layer, outputShape }) => ({
    name: layer.name,
    kind: layer.kind,
    shape: outputShape,
  }));
  const run = `${script}
fovea.startPage(${json(about)}, [
${text.map((piece) => `"${piece}"`).join(',\n')}
], ${json(layers)});
`;
  const policy = [
    "default-src 'none'",
    `script-src '${await digestOf(run)}' 'wasm-unsafe-eval'`,
    `style-src '${await digestOf(style)}'`,
    'img-src data: blob:',
    "base-uri 'none'",
    "form-action 'none'",
  ].join('; ');
  const page = pageText({ title: name, policy, run, about });
  return new Map([[`${name}.html`, new TextEncoder().encode(page)]]);
}

async function digestOf(text: string): Promise<string> {
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
  return `sha256-${btoa(String.fromCharCode(...new Uint8Array(digest)))}`;
}

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
};
const escaped = (text: string): string => text.replaceAll(/[&<>"]/g, (c) => ENTITIES[c] ?? c);

interface PageParts {
  readonly title: string;
  readonly policy: string;
  readonly run: string;
  readonly about: ReturnType<typeof shipModel>['about'];
}

function pageText({
  title,
  policy,
  run,
  about: { name, shape, classes, weights },
}: PageParts): string {
  const [height, width, channels] = shape;
  const isWriting = channels === 1 && classes.every((c) => [...c].length === 1);
  const reads = `Reads ${height} × ${width} pixels${channels === 1 ? '' : ' in colour'} and knows ${classes.length} classes`;
  return `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escaped(title)}</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<body>
<header>
<h1>${escaped(title)}</h1>
<p>${escaped(reads)}. All of it runs in this page: what you show it stays here.</p>
</header>
<main>
<section aria-label="Picture">
<div class="paper">
<canvas id="preview"></canvas>
<svg id="pad" viewBox="0 0 1 1" tabindex="0" role="application" aria-label="Paper to draw on: arrows move the pen, Space lowers and lifts it, Backspace takes the last stroke away"></svg>
<div class="invite" aria-hidden="true">${isWriting ? 'Draw here,<br>or drop a picture' : 'Drop a picture,<br>paste one, or draw'}</div>
</div>
<div class="buttons"><button id="choose">Choose a picture</button><button id="clear">Clear</button></div>
<input id="file" type="file" accept="image/*" hidden aria-label="A picture file">
<p class="hint">With the keyboard: arrows move the pen, <kbd>Space</kbd> lowers and lifts it.</p>
</section>
<section class="answer" aria-label="Answer">
<div id="said" role="status"><span class="quiet">Waiting for something to look at.</span></div>
<ol id="bars"></ol>
<figure><canvas id="seen"></canvas><figcaption>What the network was given</figcaption></figure>
</section>
<section class="inside" aria-label="Layers">
<h2>What its layers make of it</h2>
<div id="layers"></div>
</section>
</main>
<footer>${escaped(name)}, ${weights} weights, made with Fovea ${version}; <span id="plan"></span></footer>
<script type="module">${run}</script>
</body>
</html>
`;
}
