/**
 * @file Pictures as points of a plane, a colour and a form for each class, its name at the middle of its points; or the
 * pictures themselves, framed in the colour.
 *
 * Colours are Tol's "muted" scheme, which people of all kinds of sight tell apart, and change their form after ten
 * classes. The legend stands beside the points. Before: `embedding/embedding.ts`.
 */
import type { ImageShape } from '../../base/shape.ts';
import { cutTo } from '../../draw/letters.ts';
import { element, INK, QUIET, RULE_DARK, svgDocument, text } from '../../draw/svg.ts';
import type { Embedding } from '../embedding/embedding.ts';
import { bytePicture } from './valuePicture.ts';

export interface EmbeddingPictures {
  /** (H, W, C) bytes of a row. */
  readonly pictureOf: (index: number) => Uint8Array;
  readonly shape: ImageShape;
}

/** Paul Tol, "Colour schemes", muted; its pale gray darkened. */
const COLOURS = [
  '#332288',
  '#88ccee',
  '#44aa99',
  '#117733',
  '#999933',
  '#ddcc77',
  '#cc6677',
  '#882255',
  '#aa4499',
  '#666666',
];
const FORMS = ['circle', 'square', 'triangle', 'diamond'] as const;
const PLOT = { left: 40, top: 70, side: 640 };
const MARGIN = 18;
const NAME_LENGTH = 20;
/** Side of a picture among the points, and the classes that the legend has lines for. */
const [PICTURE, MOST_NAMED] = [20, 40];

/** An SVG document. */
export function drawEmbedding(
  embedding: Embedding,
  classes: readonly string[],
  title: string,
  pictures?: EmbeddingPictures,
): string {
  const { points, labels, indices } = embedding;
  const at = placesOf(points);
  const counts = classes.map((_, i) => labels.filter((label) => label === i).length);
  const shown = counts.flatMap((count, i) => (count === 0 ? [] : [i]));
  const width = PLOT.left + PLOT.side + 260;
  const height = PLOT.top + PLOT.side + 46;
  const marks = Array.from(labels, (label, i) => {
    const { x, y } = at(i);
    if (pictures === undefined) return mark(label, x, y, 3.4);
    return thumbnail(pictures, indices[i] ?? 0, colourOf(label), x, y);
  });
  return svgDocument(
    width,
    height,
    element('rect', { width, height, fill: '#ffffff' }),
    text(PLOT.left, 28, title, { 'font-size': 17, fill: INK }),
    text(PLOT.left, 50, subtitle(embedding), { 'font-size': 11, fill: QUIET }),
    element('rect', {
      ...{ x: PLOT.left, y: PLOT.top, width: PLOT.side, height: PLOT.side },
      ...{ fill: '#fcfbf8', stroke: RULE_DARK },
    }),
    element('g', pictures === undefined ? { 'fill-opacity': 0.75 } : {}, ...marks),
    ...(pictures === undefined ? shown.map((i) => middleName(embedding, classes, i, at)) : []),
    ...axisNames(embedding),
    ...legend(classes, counts, shown),
  );
}

const colourOf = (label: number): string => COLOURS[label % COLOURS.length] ?? INK;

function subtitle({ layer, numbers, method, labels, divergence }: Embedding): string {
  const of = `${labels.length.toLocaleString('en-US')} pictures by the ${numbers.toLocaleString('en-US')} numbers of ${layer}`;
  return method === 'pca'
    ? `${of}, along the two directions in which they vary most`
    : `${of}, by t-SNE (divergence ${(divergence ?? 0).toFixed(2)}): who is near whom tells, how far groups lie apart does not`;
}

/** Both axes have one scale, so that distances are what they are. */
function placesOf(points: Float64Array) {
  const axis = (k: 0 | 1) => {
    const values = points.filter((_, i) => i % 2 === k);
    const [low, high] = [
      values.reduce((a, b) => Math.min(a, b)),
      values.reduce((a, b) => Math.max(a, b)),
    ];
    return { middle: (low + high) / 2, span: high - low };
  };
  const [across, up] = [axis(0), axis(1)];
  const zoom = (PLOT.side - 2 * MARGIN) / Math.max(across.span, up.span, 1e-12);
  const place = (x: number, y: number) => ({
    x: PLOT.left + PLOT.side / 2 + zoom * (x - across.middle),
    y: PLOT.top + PLOT.side / 2 - zoom * (y - up.middle),
  });
  return (i: number) => place(points[2 * i] ?? 0, points[2 * i + 1] ?? 0);
}

function mark(label: number, x: number, y: number, r: number): string {
  const fill = colourOf(label);
  switch (FORMS[Math.floor(label / COLOURS.length) % FORMS.length] ?? 'circle') {
    case 'circle':
      return element('circle', { cx: x, cy: y, r, fill });
    case 'square':
      return element('rect', { x: x - r, y: y - r, width: 2 * r, height: 2 * r, fill });
    case 'triangle':
      return element('path', {
        d: `M${x} ${y - 1.2 * r} L${x + 1.2 * r} ${y + r} L${x - 1.2 * r} ${y + r} Z`,
        fill,
      });
    case 'diamond':
      return element('path', {
        d: `M${x} ${y - 1.3 * r} L${x + 1.3 * r} ${y} L${x} ${y + 1.3 * r} L${x - 1.3 * r} ${y} Z`,
        fill,
      });
  }
}

function thumbnail(
  { pictureOf, shape }: EmbeddingPictures,
  index: number,
  colour: string,
  x: number,
  y: number,
): string {
  const zoom = PICTURE / Math.max(shape[0], shape[1]);
  const size = { width: shape[1] * zoom, height: shape[0] * zoom };
  const box = { x: x - size.width / 2, y: y - size.height / 2, ...size };
  const frame = element('rect', { ...box, fill: 'none', stroke: colour, 'stroke-width': 2 });
  return bytePicture(pictureOf(index), shape, box) + frame;
}

/** At the medians of its points, with paper around the letters. */
function middleName(
  { labels }: Embedding,
  classes: readonly string[],
  label: number,
  at: (i: number) => { readonly x: number; readonly y: number },
): string {
  const own = Array.from(labels).flatMap((l, i) => (l === label ? [at(i)] : []));
  const median = (values: readonly number[]): number =>
    [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0;
  const halo = { stroke: '#ffffff', 'stroke-width': 4, 'stroke-linejoin': 'round' };
  return text(
    median(own.map(({ x }) => x)),
    median(own.map(({ y }) => y)) + 5,
    cutTo(classes[label] ?? String(label), NAME_LENGTH),
    {
      ...{ 'text-anchor': 'middle', 'font-weight': 'bold', 'font-size': 15, fill: INK },
      ...{ ...halo, 'paint-order': 'stroke' },
    },
  );
}

function axisNames({ shares }: Embedding): string[] {
  if (shares === null) return [];
  const [first = 0, second = 0] = shares.map((share) => 100 * share);
  const { left, top, side } = PLOT;
  const quiet = { fill: QUIET, 'font-size': 12, 'text-anchor': 'middle' };
  const [x, y] = [left - 12, top + side / 2];
  return [
    text(left + side / 2, top + side + 22, `${first.toFixed(1)} % of what varies`, quiet),
    text(x, y, `${second.toFixed(1)} %`, { ...quiet, transform: `rotate(-90 ${x} ${y})` }),
  ];
}

function legend(
  classes: readonly string[],
  counts: readonly number[],
  shown: readonly number[],
): string[] {
  const x = PLOT.left + PLOT.side + 26;
  const named = shown.slice(0, MOST_NAMED);
  const step = Math.min(22, PLOT.side / Math.max(1, named.length));
  const rest = shown.length - named.length;
  const names = named.map((label) => cutTo(classes[label] ?? String(label), NAME_LENGTH));
  const right = x + 64 + 7.6 * Math.max(0, ...names.map(({ length }) => length));
  return [
    ...named.flatMap((label, i) => {
      const y = PLOT.top + 14 + i * step;
      return [
        mark(label, x, y - 4, 6),
        text(x + 16, y, names[i] ?? '', { fill: INK }),
        text(right, y, String(counts[label] ?? 0), {
          fill: QUIET,
          'text-anchor': 'end',
          'font-size': 11,
        }),
      ];
    }),
    ...(rest > 0
      ? [text(x, PLOT.top + 14 + named.length * step, `and ${rest} more`, { fill: QUIET })]
      : []),
  ];
}
