/**
 * @file What a network says of a picture, as the end of a drawing: its likeliest classes as bars, or the codes that
 * the 1998 network compares its last row with, and the distances to them.
 */
import { limitOf } from '../../draw/colourScale.ts';
import { cutTo } from '../../draw/letters.ts';
import { element, INK, QUIET, text } from '../../draw/svg.ts';
import type { Look } from '../prediction/look.ts';
import type { Rebuilt } from '../prediction/rebuilt.ts';
import { rowSize } from './numberRow.ts';
import { bytePicture, valuePicture } from './valuePicture.ts';

const BEST = '#0b7a4b';
/** Where bars begin: names of classes stand before. */
const BARS = 174;
const MOST_BARS = 10;
/** Letters of a class before its bar. */
const NAME_LENGTH = 22;
/** The limit of the tanh whose answers are compared with codes of -1 and 1 (1998 paper, appendix A). */
const CODE_LIMIT = 1.7159;

export function drawAnswers(look: Look): { drawing: string; height: number } {
  if (look.rebuilt !== null) return drawRebuilt(look, look.rebuilt);
  return look.codes === null ? drawProbabilities(look) : drawDistances(look, look.codes);
}

/** What the layer before the distances says, beside the codes; the nearest is marked. */
function drawDistances(look: Look, codes: readonly (readonly number[])[]) {
  const { classes, distances, answer, stages } = look;
  const before = stages[stages.length - 2];
  const step = 88;
  const zoom = 6;
  const { height, width } = rowSize(codes[0]?.length ?? 1, true);
  const code = (data: ArrayLike<number>, x: number) => {
    const box = { x, y: 22, width: width * zoom, height: height * zoom };
    return valuePicture({ data, height, width, limit: CODE_LIMIT }, box);
  };
  const below = 22 + height * zoom;
  const parts = [
    text(0, 13, before?.name ?? '', { fill: INK, 'font-weight': 'bold' }),
    code(before?.values ?? [], 0),
    text(0, below + 16, 'distance to', { fill: QUIET, 'font-size': 10 }),
    ...codes.flatMap((values, i) => {
      const x = (i + 1) * step + 8;
      const fill = i === answer ? BEST : INK;
      const weight = i === answer ? 'bold' : 'normal';
      return [
        text(x, 13, classes[i] ?? String(i), { fill, 'font-weight': weight }),
        code(values, x),
        text(x, below + 16, (distances?.[i] ?? 0).toFixed(2), { fill, 'font-weight': weight }),
      ];
    }),
  ];
  return { drawing: parts.join(''), height: below + 24 };
}

/** Given and given back side by side, and by how much they differ at each place. */
function drawRebuilt({ stages: [input] }: Look, { given, back, error }: Rebuilt) {
  const [height = 1, width = 1, channels = 1] = input?.shape ?? [];
  const zoom = Math.max(1, Math.floor(REBUILT_SIDE / Math.max(height, width)));
  const size = { y: 22, width: width * zoom, height: height * zoom };
  const step = size.width + 40;
  const shape = [height, width, channels] as const;
  const difference = Float32Array.from({ length: height * width }, (_, i) => {
    const at = i * channels;
    return meanOfSlice(back, at, channels) - meanOfSlice(given, at, channels);
  });
  const limit = limitOf(difference);
  const title = (x: number, words: string) => text(x, 13, words, { fill: INK });
  const parts = [
    title(0, 'given'),
    bytePicture(given, shape, { x: 0, ...size }),
    title(step, 'given back'),
    bytePicture(back, shape, { x: step, ...size }),
    title(2 * step, `orange: too bright, blue: too dark, ±${Math.round(limit)}`),
    valuePicture({ data: difference, height, width, limit }, { x: 2 * step, ...size }),
    text(0, size.height + 40, errorWords(error), { fill: QUIET, 'font-size': 11 }),
  ];
  return { drawing: parts.join(''), height: size.height + 48 };
}

const REBUILT_SIDE = 168;

const meanOfSlice = (values: Uint8Array, from: number, count: number): number =>
  values.subarray(from, from + count).reduce((sum, value) => sum + value, 0) / count;

/** How far a picture is from what came back of it. */
export const errorWords = (error: number): string =>
  `a number is off by ${error.toFixed(1)} of 255 on average`;

function drawProbabilities({ classes, probabilities, answer }: Look) {
  const line = 20;
  const ranked = probabilities.map((p, i) => ({ p, i })).sort((a, b) => b.p - a.p);
  const rows = ranked.slice(0, MOST_BARS).map(({ p, i }, row) => {
    const fill = i === answer ? BEST : QUIET;
    const y = row * line;
    return [
      text(0, y + 14, cutTo(classes[i] ?? String(i), NAME_LENGTH), { fill: INK }),
      element('rect', { x: BARS, y: y + 3, width: Math.max(1, 600 * p), height: 13, fill }),
      text(BARS + 8 + 600 * p, y + 14, percentWords(p), { fill: INK }),
    ].join('');
  });
  return { drawing: rows.join(''), height: rows.length * line };
}

/** 99.99 % is not 100 %, and what is not 0 does not read 0. */
export function percentWords(share: number): string {
  const percent = 100 * share;
  if (percent > 99.99 && percent < 100) return '> 99.99 %';
  if (percent > 0 && percent < 0.01) return '< 0.01 %';
  return `${percent.toFixed(2)} %`;
}
