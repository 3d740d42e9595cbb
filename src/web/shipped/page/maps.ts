/**
 * @file What every layer made of the picture: a small canvas for each map, in the one colour scale.
 *
 * Canvases are made once and painted with each answer. Before: `pageRuntime.ts`.
 */
import * as colourScale from '../../../draw/colourScale.ts';
import { element } from './elements.ts';

export interface PageLayer {
  readonly name: string;
  readonly kind: string;
  /** Of one picture. */
  readonly shape: readonly number[];
}

export interface LayerMaps {
  paint(valuesOf: (layer: string) => Float32Array | null): void;
}

/** Of one layer; of more the first are shown, and it is said. */
const MOST_MAPS = 48;
/** A row of numbers is wrapped at this. */
const ACROSS = 32;

/** `onlyMoves`: what such layers give is the row above once more. */
const REPEATS = new Set(['flatten', 'dropout', 'reshape', 'padding2d']);

export function openMaps(place: Element, layers: readonly PageLayer[]): LayerMaps {
  const rows = layers.filter(({ kind }) => !REPEATS.has(kind)).map((layer) => rowOf(place, layer));
  let last: ((layer: string) => Float32Array | null) | undefined;
  const paint = (valuesOf: (layer: string) => Float32Array | null): void => {
    last = valuesOf;
    for (const row of rows) row(valuesOf);
  };
  matchMedia('(prefers-color-scheme: dark)').addEventListener('change', () => {
    if (last !== undefined) paint(last);
  });
  return { paint };
}

const theme = (): colourScale.Theme =>
  matchMedia('(prefers-color-scheme: dark)').matches ? 'dark' : 'light';

function rowOf(place: Element, { name, kind, shape }: PageLayer) {
  const [height = 1, width = 1, channels = 1] = shape;
  const isImage = shape.length === 3 && height * width > 1;
  const numbers = shape.reduce((a, b) => a * b, 1);
  const size = isImage
    ? { rows: height, columns: width, maps: channels }
    : { rows: Math.ceil(numbers / ACROSS), columns: Math.min(numbers, ACROSS), maps: 1 };
  const shown = Math.min(size.maps, MOST_MAPS);
  const canvases = Array.from({ length: shown }, () => {
    const canvas = element('canvas', { class: isImage ? 'map' : 'strip' });
    canvas.width = size.columns;
    canvas.height = size.rows;
    canvas.style.setProperty('--columns', String(size.columns));
    canvas.style.setProperty('--rows', String(size.rows));
    return canvas;
  });
  const extents = shape.join(' × ');
  const more = size.maps > shown ? `, ${shown} of ${size.maps} shown` : '';
  const words = isImage
    ? `${channels} map${channels === 1 ? '' : 's'} of ${height} × ${width}${more}`
    : `${numbers} numbers`;
  const maps = element(
    'div',
    { class: 'maps', role: 'img', 'aria-label': `${name}: ${words}` },
    ...canvases,
  );
  const isSmall = isImage && height <= 8;
  if (isSmall) maps.classList.add('isSmall');
  place.append(
    element(
      'section',
      { class: 'layer', title: extents },
      element('h3', {}, name),
      element('p', {}, kind === name ? words : `${kind}: ${words}`),
      maps,
    ),
  );
  return (valuesOf: (layer: string) => Float32Array | null): void => {
    const values = valuesOf(name);
    const limit = colourScale.limitOf(values ?? []);
    canvases.forEach((canvas, m) => {
      const own = new Float32Array(size.rows * size.columns);
      if (values !== null)
        for (let i = 0; i < own.length; i++) own[i] = values[isImage ? i * channels + m : i] ?? 0;
      const pixels = colourScale.paint(own, limit, theme());
      canvas.getContext('2d')?.putImageData(new ImageData(pixels, size.columns, size.rows), 0, 0);
    });
  };
}
