/**
 * @file Which picture is looked at: a file, strokes, or a sample digit; and the number that is looked at in a layer.
 */
import type { Look, Picture, PicturesOf } from 'fovea/web';

/** Of the test digits, that samples are taken from. */
export const SAMPLES = 100;
const SIDE = 28;

/** The nth picture of a digit, counted round. */
export interface Sample {
  readonly digit: number;
  readonly nth: number;
}

export function readSample(text: string): Sample | undefined {
  const [, digit, nth] = /^(\d)\.(\d{1,2})$/.exec(text) ?? [];
  return digit === undefined ? undefined : { digit: Number(digit), nth: Number(nth) };
}

export const writeSample = ({ digit, nth }: Sample): string => `${digit}.${nth}`;

/** The next picture of a digit where it is shown already, else the first. */
export function nextSample({ digit, nth }: Sample, wanted: number): Sample {
  return wanted === digit ? { digit, nth: (nth + 1) % (SAMPLES / 10) } : { digit: wanted, nth: 0 };
}

export function samplePicture({ images, labels }: PicturesOf, { digit, nth }: Sample): Picture {
  const rows = [...labels.keys()].filter((row) => labels[row] === digit);
  const row = rows[nth % Math.max(1, rows.length)] ?? 0;
  const pixels = images.slice(row * SIDE * SIDE, (row + 1) * SIDE * SIDE);
  return { width: SIDE, height: SIDE, channels: 1, pixels };
}

/** A number of a layer: "conv2d:123". */
export interface Unit {
  readonly layer: string;
  readonly index: number;
}

export function readUnit(text: string): Unit | undefined {
  const [, layer, index] = /^(.+):(\d{1,7})$/.exec(text) ?? [];
  return layer === undefined ? undefined : { layer, index: Number(index) };
}

export const writeUnit = ({ layer, index }: Unit): string => `${layer}:${index}`;

/** The one asked for where the network has it; else the largest of the first layer, which has most to tell. */
export function chosenUnit({ stages }: Look, asked: Unit | undefined): Unit {
  const stage = stages.find(({ name }) => name === asked?.layer);
  if (asked !== undefined && stage !== undefined && asked.index < stage.values.length) return asked;
  const [input, first = input] = stages;
  if (first === undefined) return { layer: 'input', index: 0 };
  let index = 0;
  first.values.forEach((value, i) => {
    if (Math.abs(value) > Math.abs(first.values[index] ?? 0)) index = i;
  });
  return { layer: first.name, index };
}
