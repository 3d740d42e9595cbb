/** @file The page of a model server: a picture in, answers out, and the line that asks the same in a terminal. */
import { createHash } from 'node:crypto';
import { script, style } from './tryRuntime.generated.ts';

const digestOf = (text: string): string =>
  `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

const policy = [
  "default-src 'none'",
  `script-src ${digestOf(script)}`,
  `style-src ${digestOf(style)}`,
  "connect-src 'self'",
  'img-src blob: data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const page = `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>Fovea model server</title>
<link rel="icon" href="data:,">
<style>${style}</style>
<body>
<header>
<h1>Model server</h1>
<p>What you show is sent to this server. What else it answers: <a href="openapi.json">openapi.json</a>, <a href="metrics">metrics</a>, <a href="v2">v2</a>.</p>
</header>
<main>
<section aria-label="Picture">
<div class="paper">
<canvas id="preview"></canvas>
<svg id="pad" viewBox="0 0 1 1" tabindex="0" role="application" aria-label="Paper to draw on: arrows move the pen, Space lowers and lifts it, Backspace takes the last stroke away"></svg>
<div class="invite" aria-hidden="true">Draw here,<br>or drop a picture</div>
</div>
<div class="buttons"><button id="choose">Choose a picture</button><button id="clear">Clear</button></div>
<input id="file" type="file" accept="image/*" hidden aria-label="A picture file">
<p class="hint">With the keyboard: arrows move the pen, <kbd>Space</kbd> lowers and lifts it.</p>
</section>
<section class="answer" aria-label="Answer">
<p><label>Model <select id="model"></select></label></p>
<p class="forToken"><label>Token <input id="token" type="password" autocomplete="off"></label></p>
<div id="said" role="status"></div>
<ol id="bars"></ol>
<pre id="curl"></pre>
</section>
</main>
<script type="module">${script}</script>
</body>
</html>
`;

export const tryPage = { body: page, policy } as const;
