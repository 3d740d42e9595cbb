/**
 * @file Draws one picture's way through a network: a row for each layer, a small picture for each map.
 *
 * Blue is below zero, orange above, paper nothing; the largest value of a row has the full colour, and stands beside it.
 * A map's side goes with the square root of its size: every pooling is seen to shrink it, and the last maps are still
 * to be read. Next stop: `lookAnswers.ts`.
 */
import { unknownName } from '../../base/errors.ts';
import { limitOf } from '../../draw/colourScale.ts';
import type { Look, Stage } from '../prediction/look.ts';
import { drawAnswers } from './lookAnswers.ts';
import { numberWords, rowDrawing } from './numberRow.ts';
import { type Drawing, drawRows, GAP, type LabelledRow, LEFT, WIDTH } from './rows.ts';
import { bytePicture, scaleLegend, valuePicture } from './valuePicture.ts';

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
  const last = look.stages.at(-1);
  const [input] = look.stages;
  // The last layer's answers are drawn below.
  const isShown = (stage: Stage): boolean =>
    stage === input ||
    (layers?.includes(stage.name) ?? (!ALIKE.includes(stage.kind) && stage !== last));
  const rows = look.stages.filter(isShown).map((stage): LabelledRow => {
    const { note, ...drawing } =
      stage === input
        ? drawInput(stage)
        : drawStage(stage, { input, maxMaps, isCode: look.codes !== null });
    const { name, kind, shape } = stage;
    const lines = [kind === 'picture' ? '' : kind, shape.join(' × '), note];
    return { name, lines: lines.filter((line) => line !== ''), ...drawing };
  });
  const legend = scaleLegend(WIDTH - 150, 14, ['−largest', 'largest']);
  return drawRows(title, rows, { legend, foot: drawAnswers(look) });
}

function checkLayers({ stages }: Look, layers: readonly string[] = []): void {
  const names = stages.slice(1).map(({ name }) => name);
  const stranger = layers.find((layer) => !names.includes(layer));
  if (stranger !== undefined) throw unknownName('layer', stranger, names);
}

interface Row extends Drawing {
  /** Below the shape, at the left. */
  readonly note: string;
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
