/**
 * @file Draws one picture's way through a network: a row for each layer, a small picture for each map.
 *
 * Blue is below zero, orange above, paper nothing; the largest value of a row has the full colour, and stands beside it.
 * A map's side goes with the square root of its size: every pooling is seen to shrink it, and the last maps are still
 * to be read. Next stop: `lookAnswers.ts`.
 */
import { unknownName } from '../../base/errors.ts';
import { limitOf } from '../../draw/colourScale.ts';
import { cutTo } from '../../draw/letters.ts';
import { element, INK, QUIET, RULE, svgDocument, text } from '../../draw/svg.ts';
import type { Look, Stage } from '../prediction/look.ts';
import { drawAnswers } from './lookAnswers.ts';
import { numberWords, rowDrawing } from './numberRow.ts';
import { bytePicture, scaleLegend, valuePicture } from './valuePicture.ts';

/** Labels have a column of their own. */
const LEFT = 190;
const WIDTH = 1120;
const GAP = 8;
/** Side of the input in the drawing. */
const INPUT_SIDE = 112;

export interface LookDrawingOptions {
  /** Maps drawn of a layer, the first ones; default: two lines of them. */
  readonly maxMaps?: number | undefined;
  /** Names of layers that are drawn, beside the picture; default: all. */
  readonly layers?: readonly string[] | undefined;
}

/** Kinds whose numbers are those of the layer before, when a picture is looked at. */
const ALIKE: readonly string[] = ['flatten', 'dropout'];
/** Lines of maps that a layer has where nobody asked for more. */
const LINES = 2;

/** An SVG document. */
export function drawLook(look: Look, title: string, options: LookDrawingOptions = {}): string {
  const { maxMaps, layers } = options;
  checkLayers(look, layers);
  const parts: string[] = [
    text(16, 30, title, { 'font-size': 17, fill: INK }),
    scaleLegend(WIDTH - 150, 14, ['−largest', 'largest']),
  ];
  let y = 60;
  const last = look.stages.at(-1);
  const [input] = look.stages;
  for (const stage of look.stages) {
    // The last layer's answers are drawn below.
    const isShown = layers?.includes(stage.name) ?? (!ALIKE.includes(stage.kind) && stage !== last);
    if (!isShown && stage !== input) continue;
    const row =
      stage === input
        ? drawInput(stage)
        : drawStage(stage, { input, maxMaps, isCode: look.codes !== null });
    parts.push(label(stage, y, row.note), translated(LEFT, y, row.drawing));
    y += Math.max(row.height, 58) + 2 * GAP;
    parts.push(element('path', { d: `M16 ${y - GAP} H${WIDTH}`, stroke: RULE }));
  }
  const answers = drawAnswers(look);
  parts.push(translated(16, y + GAP, answers.drawing));
  const height = y + answers.height + 3 * GAP;
  const paper = element('rect', { width: WIDTH + 16, height, fill: '#ffffff' });
  return svgDocument(WIDTH + 16, height, paper, ...parts);
}

function checkLayers({ stages }: Look, layers: readonly string[] = []): void {
  const names = stages.slice(1).map(({ name }) => name);
  const stranger = layers.find((layer) => !names.includes(layer));
  if (stranger !== undefined) throw unknownName('layer', stranger, names);
}

/** Shapes in a group's coordinates, and how high they are. */
export interface Drawing {
  readonly drawing: string;
  readonly height: number;
}

interface Row extends Drawing {
  /** Below the shape, at the left. */
  readonly note: string;
}

const translated = (x: number, y: number, drawing: string): string =>
  element('g', { transform: `translate(${x} ${y})` }, drawing);

const quiet = { fill: QUIET, 'font-size': 10 };

/** What the label's column holds of a name. */
const NAME_LENGTH = 21;

function label({ name, kind, shape }: Stage, y: number, note: string): string {
  const lines = [kind === 'picture' ? '' : kind, shape.join(' × '), note].filter((l) => l !== '');
  return [
    text(16, y + 13, cutTo(name, NAME_LENGTH), { fill: INK, 'font-weight': 'bold' }),
    ...lines.map((line, i) => text(16, y + 28 + 13 * i, line, quiet)),
  ].join('');
}

/** (H, W, C) of maps; a row of numbers has none. */
function spatial({ shape }: Stage): readonly [number, number, number] | undefined {
  const [height = 1, width = 1, channels = 1] = shape;
  return shape.length === 3 && height * width > 1 ? [height, width, channels] : undefined;
}

function drawInput(stage: Stage): Row {
  const shape = spatial(stage) ?? [1, stage.values.length, 1];
  const [height, width] = shape;
  const box = { x: 0, y: 0, ...sizeOf(height, width, INPUT_SIDE) };
  return { drawing: bytePicture(stage.values, shape, box), height: box.height, note: '0 to 255' };
}

interface StageOptions {
  readonly input: Stage | undefined;
  readonly maxMaps: number | undefined;
  /** Whether rows of 84 are letters. */
  readonly isCode: boolean;
}

function drawStage(stage: Stage, { input, maxMaps, isCode }: StageOptions): Row {
  const limit = limitOf(stage.values);
  const largest = `±${numberWords(limit)}`;
  const shape = spatial(stage);
  if (shape === undefined) return { ...rowDrawing(stage.values, limit, isCode), note: largest };
  const [height, width, channels] = shape;
  const of = Math.max(...(input === undefined ? [1] : (spatial(input) ?? [1])).slice(0, 2));
  const side = INPUT_SIDE * Math.sqrt(Math.min(1, Math.max(height, width) / of));
  const size = sizeOf(height, width, side);
  const perRow = Math.max(1, Math.floor((WIDTH - LEFT + GAP) / (size.width + GAP)));
  const count = Math.min(channels, maxMaps ?? LINES * perRow);
  const maps = Array.from({ length: count }, (_, m) => {
    const data = Float32Array.from(
      { length: height * width },
      (_, i) => stage.values[i * channels + m] ?? 0,
    );
    const x = (m % perRow) * (size.width + GAP);
    const y = Math.floor(m / perRow) * (size.height + GAP);
    return valuePicture({ data, height, width, limit }, { x, y, ...size });
  });
  const lines = Math.ceil(count / perRow);
  const note = count < channels ? `${largest}, ${count} of ${channels}` : largest;
  return { drawing: maps.join(''), height: lines * (size.height + GAP) - GAP, note };
}

/** The longer side has about `side` pixels: a whole number a value where there is room. */
function sizeOf(height: number, width: number, side: number): { width: number; height: number } {
  const exact = side / Math.max(height, width);
  const zoom = exact >= 1.5 ? Math.round(exact) : Math.min(1.5, exact);
  return { width: Math.round(width * zoom), height: Math.round(height * zoom) };
}
