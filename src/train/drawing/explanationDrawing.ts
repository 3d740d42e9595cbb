/**
 * @file Explanations side by side: the picture, then the map of each method laid over it.
 *
 * Orange speaks for the class, blue against it; what is under it is the picture, faint. A map's full colour is the
 * value that one pixel in a hundred exceeds, so that a single loud pixel does not silence the others.
 */

import type { ImageShape } from '../../base/shape.ts';
import { colourAt, type Rgb } from '../../draw/colourScale.ts';
import { brokenAt } from '../../draw/letters.ts';
import { element, INK, QUIET, svgDocument, text } from '../../draw/svg.ts';
import type { Explained, Explanation } from '../explanation/explain.ts';
import { percentWords } from './lookAnswers.ts';
import { bytePicture, rgbaPicture, scaleLegend } from './valuePicture.ts';

const SIDE = 224;
const GAP = 28;
const MARGIN = 24;
const COLUMNS = 4;
/** Below each picture: its name, what it says, its source. */
const WORDS = 66;
const TOP = 84;

/** An SVG document. `pixels`: (H, W, C) of `shape`, what was explained. */
export function drawExplained(
  explained: Explained,
  pixels: Uint8Array,
  shape: ImageShape,
  title: string,
): string {
  const [height, width] = shape;
  const zoom = SIDE / Math.max(height, width);
  const size = { width: Math.round(width * zoom), height: Math.round(height * zoom) };
  const panels = [
    (x: number, y: number) => [
      bytePicture(pixels, shape, { x, y, ...size }),
      ...captions(x, y + size.height, ['picture', 'as the network reads it']),
    ],
    ...explained.explanations.map((explanation) => (x: number, y: number) => [
      rgbaPicture(overlaid(explanation, pixels, shape), [height, width], { x, y, ...size }),
      ...captions(x, y + size.height, [explanation.method, ...linesOf(explanation)]),
    ]),
  ];
  const step = { x: SIDE + GAP, y: size.height + WORDS + GAP };
  const columns = Math.min(COLUMNS, panels.length);
  const total = {
    width: Math.max(620, 2 * MARGIN + columns * step.x - GAP),
    height: TOP + Math.ceil(panels.length / columns) * step.y,
  };
  return svgDocument(
    total.width,
    total.height,
    element('rect', { ...total, fill: '#ffffff' }),
    text(MARGIN, 34, title, { 'font-size': 17, fill: INK }),
    text(MARGIN, 56, answerWords(explained), { fill: QUIET }),
    scaleLegend(total.width - MARGIN - 140, 24, ['against', 'for']),
    ...panels.flatMap((panel, i) =>
      panel(MARGIN + (i % columns) * step.x, TOP + Math.floor(i / columns) * step.y),
    ),
  );
}

/** "says 2 (99.3 %); why 7 (0.2 %)?" */
export function answerWords({ predicted, class: asked, probability }: Explained): string {
  const share = percentWords(probability);
  return predicted === asked
    ? `The answer is ${predicted}, with ${share}. What speaks for it?`
    : `The answer is ${predicted}. What speaks for ${asked}, which has ${share}?`;
}

function captions(x: number, y: number, [name = '', ...lines]: readonly string[]): string[] {
  return [
    text(x, y + 18, name, { fill: INK, 'font-weight': 'bold' }),
    ...lines.map((line, i) => text(x, y + 33 + 13 * i, line, { fill: QUIET, 'font-size': 10 })),
  ];
}

/** Letters of 10 that a panel is wide. */
const LINE = 42;

/** What a method says in two lines at most, and its source. */
const linesOf = ({ says, source }: Explanation): string[] => [
  ...brokenAt(says, LINE).slice(0, 2),
  source,
];

/** The picture in faint grays, tinted with the map. */
function overlaid(
  { map }: Explanation,
  pixels: Uint8Array,
  [height, width, channels]: ImageShape,
): Uint8ClampedArray {
  const limit = fullColourOf(map);
  const rgba = new Uint8ClampedArray(4 * height * width);
  for (let i = 0; i < height * width; i++) {
    let light = 0;
    for (let c = 0; c < channels; c++) light += (pixels[i * channels + c] ?? 0) / (255 * channels);
    const gray = 196 + 56 * light;
    const share = Math.max(-1, Math.min(1, (map[i] ?? 0) / limit));
    const end: Rgb = colourAt(Math.sign(share), 'light');
    for (let c = 0; c < 3; c++) rgba[4 * i + c] = gray + (end[c] - gray) * Math.abs(share);
    rgba[4 * i + 3] = 255;
  }
  return rgba;
}

/** The magnitude that one value in a hundred exceeds; the largest where most are 0; 1 where all are. */
export function fullColourOf(map: Float32Array): number {
  const sizes = map.map(Math.abs).sort();
  const high = sizes[Math.floor(0.99 * (sizes.length - 1))] ?? 0;
  return high > 0 ? high : (sizes.at(-1) ?? 0) || 1;
}
