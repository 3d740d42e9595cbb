/**
 * @file Fills a program with rows of the MNIST training files in their order, as the recordings say.
 */
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gunzipSync } from 'node:zlib';
import type { Executable } from '../../src/backends/backend.ts';
import { RandomStream } from '../../src/base/random.ts';
import { parseIdxImages, parseIdxLabels } from '../../src/data/formats/idx.ts';

export interface MnistRows {
  /** Rows [first, first + batch), pixel / 255, (N,28,28,1). */
  fill(program: Executable, first: number): void;
  /** -0.1..1.175 on a field of 32x32 of -0.1, as in 1998; `shuffle` is a seed for the order in the batch. */
  fillOf1998(program: Executable, first: number, shuffle?: number): void;
}

/** The whole files of a folder of data sets. */
export function allMnistRows(data: string): MnistRows {
  const file = (name: string) => join(data, 'mnist', `train-${name}-ubyte.gz`);
  return rowsOf(file('images-idx3'), file('labels-idx1'));
}

/** The first 1280, which are kept beside the recordings. */
export function firstMnistRows(): MnistRows {
  const file = (name: string) =>
    join(import.meta.dirname, 'pytorch/steps', `mnist-1280-${name}.gz`);
  return rowsOf(file('images'), file('labels'));
}

const SIDE = 28;
const PIXELS = SIDE * SIDE;

function rowsOf(images: string, labelFile: string): MnistRows {
  const { pixels } = parseIdxImages(gunzipSync(readFileSync(images)));
  const classes = parseIdxLabels(gunzipSync(readFileSync(labelFile)));
  return {
    fill(program, first) {
      const [x, labels] = [program.input('x'), program.input('labels')];
      for (let i = 0; i < x.length; i++) x[i] = pixels[first * PIXELS + i] / 255;
      labels.set(classes.subarray(first, first + labels.length));
    },
    fillOf1998(program, first, shuffle) {
      const [x, labels] = [program.input('x'), program.input('labels')];
      const order = Array.from({ length: labels.length }, (_, n) => n);
      const picked =
        shuffle === undefined ? order : new RandomStream(shuffle).permutation(labels.length);
      x.fill(-0.1);
      for (let n = 0; n < labels.length; n++) {
        const row = first + picked[n];
        labels[n] = classes[row];
        for (let i = 0; i < PIXELS; i++) {
          const at = (n * 32 + 2 + Math.floor(i / SIDE)) * 32 + 2 + (i % SIDE);
          x[at] = (pixels[row * PIXELS + i] / 255) * 1.275 - 0.1;
        }
      }
    },
  };
}
