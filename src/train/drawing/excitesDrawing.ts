/**
 * @file The pictures that excite units most: a block of them for each unit, cut out to what the unit sees there, or
 * whole with that framed.
 *
 * What lies outside of the picture (padding) is left as paper. Before: `prediction/excites.ts`.
 */
import type { ImageShape } from '../../base/shape.ts';
import { element, INK, QUIET, svgDocument, text } from '../../draw/svg.ts';
import type { Excitation, Excited, ExcitedUnit } from '../prediction/excites.ts';
import { cutOut, extentOf, partSeen, wholePart } from './cutOut.ts';
import { numberWords } from './numberRow.ts';
import { type Box, rgbaPicture } from './valuePicture.ts';

export interface ExcitesDrawingOptions {
  /** Whole pictures, with what is seen framed; default: what is seen alone. */
  readonly isWhole?: boolean | undefined;
}

/** (H, W, C) bytes of a row that was kept. */
export type PictureOf = (index: number) => Uint8Array;

const [MARGIN, TOP, GAP] = [16, 76, 4];
const WIDTH = 1120;
const CELL = 48;
const FRAME = '#e8541a';
/** Pictures in a line of a block. */
const ACROSS = 3;

/** An SVG document. `shape`: (H, W, C) of the pictures. */
export function drawExcited(
  excited: Excited,
  pictureOf: PictureOf,
  shape: ImageShape,
  title: string,
  { isWhole = false }: ExcitesDrawingOptions = {},
): string {
  const cell = cellOf(excited, shape, isWhole);
  const most = Math.max(1, ...excited.units.map(({ pictures }) => pictures.length));
  const columns = Math.min(ACROSS, most);
  const block = {
    width: columns * (cell.width + GAP) + 24,
    height: Math.ceil(most / columns) * (cell.height + GAP) + 32,
  };
  const across = Math.max(1, Math.floor((WIDTH + 24) / block.width));
  const blocks = excited.units.map((unit, i) => {
    const x = MARGIN + (i % across) * block.width;
    const y = TOP + Math.floor(i / across) * block.height;
    const pictures = unit.pictures.map((picture, k) => {
      const place = {
        x: (k % columns) * (cell.width + GAP),
        y: 8 + Math.floor(k / columns) * (cell.height + GAP),
      };
      return drawPicture(picture, pictureOf(picture.index), shape, { ...place, ...cell }, isWhole);
    });
    const inner = [...label(unit), ...pictures].join('');
    return element('g', { transform: `translate(${x} ${y})` }, inner);
  });
  const lines = Math.ceil(excited.units.length / across);
  const width = Math.max(700, 2 * MARGIN + Math.min(across, blocks.length) * block.width - 24);
  const height = TOP + lines * block.height;
  return svgDocument(
    width,
    height,
    element('rect', { width, height, fill: '#ffffff' }),
    text(MARGIN, 28, title, { 'font-size': 17, fill: INK }),
    text(MARGIN, 47, subtitle(excited, isWhole), { 'font-size': 11, fill: QUIET }),
    ...blocks,
  );
}

function subtitle({ layer, kind, shape, count }: Excited, isWhole: boolean): string {
  const what = isWhole ? 'framed: what the unit sees there' : 'cut out: what the unit sees there';
  const places = shape.length === 3 ? `, ${what}` : '';
  return `${layer} (${kind}, ${shape.join(' × ')}): the pictures of ${count.toLocaleString('en-US')} on which each unit is largest${places}`;
}

function label({ unit, pictures, isConstant }: ExcitedUnit): string[] {
  const largest = pictures[0]?.value ?? 0;
  const words = isConstant
    ? `always ${numberWords(largest)}: nothing excites it`
    : `${numberWords(largest)} to ${numberWords(pictures.at(-1)?.value ?? 0)}`;
  return [
    text(0, 0, `unit ${unit}`, { fill: INK, 'font-weight': 'bold', 'font-size': 12 }),
    text(58, 0, words, { fill: QUIET, 'font-size': 10 }),
  ];
}

/** All cells are alike: a layer's fields have one size. Whole pixels where they are enlarged. */
function cellOf({ units }: Excited, shape: ImageShape, isWhole: boolean) {
  const [first] = units.flatMap(({ pictures }) => pictures);
  const isAll = isWhole || first === undefined;
  const [height, width] = extentOf(isAll ? wholePart(shape) : partSeen(first, shape));
  const exact = CELL / Math.max(height, width);
  const zoom = exact > 1 ? Math.ceil(exact) : Math.max(exact, 1 / Math.ceil(1 / exact));
  return { width: Math.round(width * zoom), height: Math.round(height * zoom) };
}

function drawPicture(
  excitation: Excitation,
  pixels: Uint8Array,
  shape: ImageShape,
  box: Box,
  isWhole: boolean,
): string {
  const [H, W] = shape;
  const part = isWhole ? wholePart(shape) : partSeen(excitation, shape);
  const { rgba, height, width } = cutOut(pixels, shape, part);
  const drawn = rgbaPicture(rgba, [height, width], box);
  const [rows, columns] = excitation.seen;
  const isAll =
    rows.first === 0 && rows.beyond === H && columns.first === 0 && columns.beyond === W;
  if (!isWhole || isAll) return drawn;
  const zoom = box.width / W;
  const frame = {
    x: box.x + zoom * columns.first,
    y: box.y + zoom * rows.first,
    width: zoom * (columns.beyond - columns.first),
    height: zoom * (rows.beyond - rows.first),
  };
  return drawn + element('rect', { ...frame, fill: 'none', stroke: FRAME, 'stroke-width': 1.5 });
}
