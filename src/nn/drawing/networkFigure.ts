/**
 * @file Lays a network out as its published drawing would: layers from left to right, maps to one scale.
 *
 * LeNet's way of drawing, planes behind each other, where the maps of each layer can be told apart; else AlexNet's,
 * blocks as long as they have maps. Towers stand one above the other. Layers that leave every number in its place
 * (activation, dropout, normalisation, flatten) are marks on the way. Next stop: `links.ts`.
 */
import { last } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import { layerShapes, type PlacedLayer } from '../shapes.ts';
import { inputsOf, type ModelSpec } from '../spec.ts';
import type { Box, FigureLayer, FigurePart, NetworkFigure } from './figure.ts';
import { linksOf } from './links.ts';
import type { Piece } from './piece.ts';
import { around, placed, type Solid, solidOf } from './solids.ts';
import { type Towers, towersOf } from './towers.ts';

export interface FigureOptions {
  /** How layers of many maps are drawn; default: as maps where no layer has more than 32. */
  readonly style?: 'maps' | 'blocks' | undefined;
  /** Of the largest map, in pixels; default 220. */
  readonly size?: number | undefined;
}

const MOST_PLANES = 32;
const SIZE = 220;
/** Of the longest block, and the bars of all towers as a part of the largest map. */
const LONGEST_BLOCK = 60;
const TALLEST_BAR = 0.8;
/** Between layers, beside a mark, between towers, around the figure, for two lines below. */
const GAP = 34;
const MARK_GAP = 12;
const TOWER_GAP = 28;
const MARGIN = 16;
const CAPTION = 44;
const LINE = 16;
/** Width of a letter of a caption, generously. */
const LETTER = 7;

/** A figure of any model; the numbers are the same for the same spec. */
export function drawNetwork(spec: ModelSpec, options: FigureOptions = {}): NetworkFigure {
  const layers = layerShapes(spec);
  const isChain = layers.every(
    ({ inputs }, i) => inputs.length === 1 && (i === 0 || inputs[0] === layers[i - 1]?.spec.name),
  );
  const towers = towersOf(isChain ? layers : []);
  const sketches = sketchesOf(spec, layers, towers);
  const scale = scaleOf(sketches, towers.count, options.size ?? SIZE);
  const style = options.style ?? (sketches.every(hasFewMaps) ? 'maps' : 'blocks');
  const pieces = sketches.map((sketch) => pieceOf(sketch, style, scale));
  const columns = columnsOf(pieces);
  const { centres, inner } = heightsOf(pieces, isChain ? [] : columns, towers.count);
  const placedLayers = new Map<string, FigureLayer>();
  let x = MARGIN;
  for (const [i, column] of columns.entries()) {
    const isMark = column.every(({ form }) => form === 'mark');
    const width = Math.max(...column.map(widthOf));
    if (i > 0) x += isMark ? MARK_GAP : GAP;
    const place = { middle: x + width / 2, centres, inner, isChain };
    for (const layer of placeColumn(column, place)) placedLayers.set(layer.name, layer);
    x += width;
  }
  const drawn = pieces.map(({ name }) => placedLayers.get(name) as FigureLayer);
  return {
    width: x + MARGIN,
    height: inner + 2 * MARGIN + (isChain ? CAPTION : 0),
    towers: towers.count,
    scale,
    layers: drawn,
    links: linksOf(pieces, placedLayers, towers.exchanges),
  };
}

const isImage = (shape: Shape): boolean =>
  shape.length === 3 && ((shape[0] ?? 1) > 1 || (shape[1] ?? 1) > 1);

/** A layer that is an image is drawn as maps or as a block. */
interface Sketch extends Omit<Piece, 'form' | 'solids'> {
  readonly form: 'image' | 'bar' | 'mark';
  /** Of one of its parts. */
  readonly share: Shape;
  readonly parts: number;
}

const hasFewMaps = ({ form, shape }: Sketch): boolean =>
  form !== 'image' || last(shape, 'axis') <= MOST_PLANES;

function scaleOf(
  sketches: readonly Sketch[],
  towers: number,
  size: number,
): NetworkFigure['scale'] {
  const sharesOf = (wanted: Sketch['form']) =>
    sketches.filter(({ form }) => form === wanted).map(({ share }) => share);
  const most = (numbers: readonly number[]) => Math.max(1, ...numbers);
  const [images, bars] = [sharesOf('image'), sharesOf('bar')];
  return {
    pixel: size / most(images.flatMap(([H = 1, W = 1]) => [H, W])),
    map: LONGEST_BLOCK / most(images.map((shape) => last(shape, 'axis'))),
    unit: (TALLEST_BAR * size) / towers / most(bars.map((shape) => last(shape, 'axis'))),
  };
}

/** Whether each number stays in its place, or all of them in one row. */
function isMark({ layer, spec, inputs, inputShapes, outputShape }: PlacedLayer): boolean {
  const moves = layer.reception?.(inputShapes, spec.options) !== undefined;
  const becomesImage = isImage(outputShape) && !isImage(inputShapes[0]);
  return inputs.length === 1 && !moves && !becomesImage;
}

function sketchesOf(spec: ModelSpec, layers: readonly PlacedLayer[], towers: Towers): Sketch[] {
  const formOf = (shape: Shape) => (isImage(shape) ? 'image' : 'bar');
  const inputs = inputsOf(spec).map(({ name, shape }): Sketch => {
    const form = formOf(shape);
    return { name, kind: 'input', form, shape, share: shape, parts: 1, reads: [] };
  });
  const rest = layers.map((layer): Sketch => {
    const { spec: own, outputShape: shape, inputs: reads } = layer;
    const form = isMark(layer) ? 'mark' : formOf(shape);
    const parts = towers.split.has(own.name) ? towers.count : 1;
    const share = shareOf(shape, parts);
    return { name: own.name, kind: own.kind, form, shape, share, parts, reads, layer };
  });
  return [...inputs, ...rest];
}

function pieceOf(
  { share, parts, form: rough, ...sketch }: Sketch,
  style: 'maps' | 'blocks',
  scale: NetworkFigure['scale'],
): Piece {
  const form = rough !== 'image' ? rough : style === 'maps' ? 'maps' : 'block';
  return { ...sketch, form, solids: repeated(parts, () => solidOf(form, share, scale)) };
}

const repeated = <T>(times: number, make: (i: number) => T): T[] =>
  Array.from({ length: times }, (_, i) => make(i));

/** The shape of one of so many parts. */
function shareOf(shape: Shape, parts: number): Shape {
  return shape.map((n, axis) => (axis === shape.length - 1 ? n / parts : n));
}

/** Each layer one column further than the last that it reads. */
function columnsOf(pieces: readonly Piece[]): Piece[][] {
  const places = new Map<string, number>();
  const columns: Piece[][] = [];
  for (const piece of pieces) {
    const place = piece.reads.reduce(
      (most, name) => Math.max(most, 1 + (places.get(name) ?? 0)),
      0,
    );
    places.set(piece.name, place);
    const column = columns[place] ?? [];
    column.push(piece);
    columns[place] = column;
  }
  return columns;
}

function widthOf({ solids, ...piece }: Piece): number {
  const letters = Math.max(0, ...captionOf(piece).map(({ length }) => length));
  return Math.max(letters * LETTER, ...solids.map(({ width }) => width));
}

/** Layers of a column that stand one below the other, with their captions. */
function heightOf(column: readonly Piece[]): number {
  const heights = column.map(({ solids }) => Math.max(...solids.map((s) => s.height)));
  return heights.reduce((sum, height) => sum + height + CAPTION + TOWER_GAP, -TOWER_GAP);
}

/** y of each tower, the tallest part of one apart; and the height of all but margins and a chain's captions. */
function heightsOf(pieces: readonly Piece[], columns: readonly Piece[][], towers: number) {
  const tallest = (parts: number): number =>
    Math.max(
      0,
      ...pieces
        .filter(({ solids }) => solids.length === parts)
        .flatMap(({ solids }) => solids.map(({ height }) => height)),
    );
  const step = tallest(towers) + TOWER_GAP;
  const inner = Math.max(tallest(1), towers * step - TOWER_GAP, ...columns.map(heightOf));
  const top = MARGIN + inner / 2 - ((towers - 1) * step) / 2;
  return { centres: repeated(towers, (tower) => top + tower * step), inner };
}

interface ColumnPlace {
  readonly middle: number;
  /** y of each tower. */
  readonly centres: readonly number[];
  /** Height of the figure without its margin and, of a chain, its captions. */
  readonly inner: number;
  readonly isChain: boolean;
}

function placeColumn(column: readonly Piece[], place: ColumnPlace): FigureLayer[] {
  const { middle, centres, inner, isChain } = place;
  const below = MARGIN + inner;
  let y = MARGIN + (inner - heightOf(column)) / 2;
  return column.map((piece) => {
    const tallest = Math.max(...piece.solids.map((s) => s.height));
    const own = isChain ? centresFor(piece.solids.length, centres) : [y + tallest / 2];
    const parts = piece.solids.map((solid, tower) =>
      partOf(piece, solid, { tower, middle, centre: own[tower] ?? 0 }),
    );
    const box = around(parts.map((part) => part.box));
    const top = isChain ? below : box.y + box.height;
    y += tallest + CAPTION + TOWER_GAP;
    const { name, kind, form, shape } = piece;
    const lines = captionOf(piece);
    const caption = lines.length === 0 ? null : { at: [middle, top + LINE] as const, lines };
    return { name, kind, form, shape, parts, box, caption };
  });
}

/** One of several towers has its own height; what is in none stands between them. */
function centresFor(parts: number, centres: readonly number[]): readonly number[] {
  const middle = centres.reduce((sum, y) => sum + y, 0) / centres.length;
  return parts === centres.length ? centres : [middle];
}

function partOf(
  { shape, solids }: Piece,
  { width, height, faces }: Solid,
  at: { readonly tower: number; readonly middle: number; readonly centre: number },
): FigurePart {
  const box: Box = { x: at.middle - width / 2, y: at.centre - height / 2, width, height };
  return { tower: at.tower, shape: shareOf(shape, solids.length), box, faces: placed(faces, box) };
}

/** Kinds whose names are long, in a word. */
const SHORT: Readonly<Record<string, string>> = {
  conv2d: 'conv',
  connectedConv2d: 'conv',
  depthwiseConv2d: 'depthwise',
  separableConv2d: 'separable',
  conv2dTranspose: 'transposed',
  maxPooling2d: 'max pool',
  averagePooling2d: 'mean pool',
  minPooling2d: 'min pool',
  subsampling2d: 'sampling',
  upsampling2d: 'enlarge',
  concatenate: 'join',
};

/** A name of one's own that is longer than this is replaced by the kind. */
const LONGEST_NAME = 9;

/** "conv1", "96@55x55", as the papers write them. */
function captionOf({ name, kind, form, shape }: Omit<Piece, 'solids'>): string[] {
  if (form === 'mark') return [];
  const word = name.length <= LONGEST_NAME && !name.includes('_') ? name : (SHORT[kind] ?? kind);
  const size = isImage(shape)
    ? `${last(shape, 'axis')}@${shape.slice(0, 2).join('x')}`
    : shape.join('x');
  return [word, shape.length === 3 && !isImage(shape) ? `${last(shape, 'axis')}@1x1` : size];
}
