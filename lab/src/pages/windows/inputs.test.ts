import { explainWindow } from 'fovea/web';
import { describe, expect, it } from 'vitest';
import { readFields, writeFields } from '../../frame/state/fields.ts';
import {
  fields,
  inputOf,
  isPreset,
  presets,
  questionOf,
  type WindowState,
  weightsOf,
} from './fields.ts';
import {
  exampleInput,
  kernelName,
  kernelNames,
  namedKernel,
  parseRows,
  resized,
  rowsAsText,
} from './inputs.ts';
import { countOf, movedByKey, nearestWindow, placeOf, tapsAt } from './place.ts';

const read = (query: string): WindowState => readFields(fields, new URLSearchParams(query));
const ask = (query: string) => explainWindow(questionOf(read(query)));

describe('the address', () => {
  it('begins with the example of the text: 6x6 with 3x3, valid', () => {
    expect(ask('').output).toEqual([4, 4]);
    expect(ask('padding=same').output).toEqual([6, 6]);
    expect(ask('stride=2').output).toEqual([2, 2]);
    expect(ask('').values?.[0]).toEqual([9, 2, 9, -11]);
  });

  it('holds everything that is asked, and reads back', () => {
    const state: WindowState = {
      ...read(''),
      size: [2, 3],
      values: [1, -2, 3.5, 0, 0, 1e-3],
      op: 'avg',
      kernel: 2,
      padding: [
        [1, 0],
        [0, 1],
      ],
      fill: 'constant',
      value: -0.5,
      weights: [1, 2, 3, 4],
      at: 3,
    };
    const query = writeFields(fields, state);
    expect(read(query)).toEqual(state);
    expect(writeFields(fields, read(''))).toBe('');
  });

  it('writes a picture short: two letters a pixel', () => {
    const values = Array.from({ length: 576 }, (_, i) => i % 256);
    const query = writeFields(fields, { ...read(''), size: [24, 24], values });
    expect(query.length).toBeLessThan(1200);
    expect(read(query).values).toEqual(values);
  });

  it.each([
    ['size=33x6', 'size'],
    ['size=6', 'size'],
    ['size=0x6', 'size'],
    ['padding=1,1', 'padding'],
    ['padding=1,1,1,11', 'padding'],
    ['padding=-1,0,0,0', 'padding'],
    ['values=1,2,x', 'values'],
    ['values=xfg', 'values'],
    ['fill=zero', 'fill'],
    ['op=median', 'op'],
  ] as const)('takes the default for %s', (query, name) => {
    expect(read(query)[name]).toEqual(read('')[name]);
  });

  it('shows the example where numbers do not fit the size', () => {
    expect(inputOf(read('size=2x2&values=1,2,3'))).toEqual(exampleInput([2, 2]));
    expect(inputOf(read('size=2x2&values=1,2,3,4'))).toEqual([1, 2, 3, 4]);
    expect(weightsOf(read('kernel=2&weights=1,2'))).toEqual([-1, 1, -1, 1]);
  });

  it('leaves dilation out of pooling, which has no gaps', () => {
    expect(questionOf(read('op=max&dilation=2')).dilation).toEqual([1, 1]);
    expect(questionOf(read('dilation=2')).dilation).toEqual([2, 2]);
  });

  it('knows which example it shows, and every example has an answer', () => {
    for (const preset of presets) {
      const state = { ...read(''), ...preset.state };
      expect(presets.filter((each) => isPreset(state, each)).map((p) => p.text)).toEqual([
        preset.text,
      ]);
      expect(explainWindow(questionOf(state)).output[0]).toBeGreaterThan(1);
    }
    expect(presets.some((each) => isPreset(read('padding=0,1,0,1'), each))).toBe(false);
  });
});

describe('numbers', () => {
  it('of the example keep their look in every size', () => {
    expect(exampleInput([6, 6]).slice(6, 12)).toEqual([0, 9, 9, 9, 9, 0]);
    for (const size of [
      [1, 1],
      [1, 7],
      [32, 5],
    ] as const) {
      const values = exampleInput(size);
      expect(values.length).toBe(size[0] * size[1]);
      expect(values.every((v) => Number.isInteger(v) && v >= 0 && v <= 9)).toBe(true);
    }
  });

  it('keep their place when the size changes', () => {
    expect(resized([1, 2, 3, 4], [2, 2], [3, 3])).toEqual([1, 2, 0, 3, 4, 0, 0, 0, 0]);
    expect(resized([1, 2, 3, 4], [2, 2], [1, 2])).toEqual([1, 2]);
  });

  it('are typed as rows, and what is wrong is said', () => {
    expect(parseRows('1 2\n-3, 4.5\n')).toEqual({ size: [2, 2], values: [1, 2, -3, 4.5] });
    expect(parseRows('−1')).toEqual({ size: [1, 1], values: [-1] });
    const values = [1, 2, 3, 4, 5, 6];
    expect(parseRows(rowsAsText(values, 3))).toEqual({ size: [2, 3], values });
    for (const [text, problem] of [
      ['', /type numbers/],
      ['1 2\n3', /row 2 has 1 numbers, row 1 has 2/],
      ['1 x', /row 1: "x" is no number/],
      [`${'1 '.repeat(33)}`, /at most 32/],
      ['1e9', /1,000,000/],
    ] as const) {
      expect(parseRows(text), text).toEqual({ problem: expect.stringMatching(problem) });
    }
  });

  it('of named kernels are recognised, in every size', () => {
    expect(namedKernel('vertical', 3)).toEqual([-1, 0, 1, -1, 0, 1, -1, 0, 1]);
    expect(namedKernel('horizontal', 2)).toEqual([-1, -1, 1, 1]);
    expect(namedKernel('mean', 2)).toEqual([0.25, 0.25, 0.25, 0.25]);
    expect(namedKernel('sharpen', 3)).toEqual([-1, -1, -1, -1, 9, -1, -1, -1, -1]);
    for (const name of kernelNames) expect(kernelName(namedKernel(name, 5), 5)).toBe(name);
    expect(kernelName([1, 2, 3, 4], 2)).toBe('own');
  });
});

describe('places', () => {
  it('are counted row by row and held inside', () => {
    expect(placeOf(5, [2, 4])).toEqual([1, 1]);
    expect(placeOf(99, [2, 4])).toEqual([1, 3]);
    expect(countOf([1, 1], [2, 4])).toBe(5);
  });

  it('follow the arrow keys, and stop at the ends', () => {
    expect(movedByKey('ArrowRight', [0, 0], [2, 4])).toEqual([0, 1]);
    expect(movedByKey('ArrowUp', [0, 0], [2, 4])).toEqual([0, 0]);
    expect(movedByKey('ArrowDown', [1, 3], [2, 4])).toEqual([1, 3]);
    expect(movedByKey('End', [0, 0], [2, 4])).toEqual([1, 3]);
    expect(movedByKey('a', [0, 0], [2, 4])).toBeUndefined();
    expect(movedByKey('constructor', [0, 0], [2, 4])).toBeUndefined();
  });

  it('are those whose middle is nearest to the pointer', () => {
    const { axes } = ask('padding=same&stride=2');
    // Windows over padded cells 0-2, 2-4, 4-6: middles 1, 3, 5.
    expect([0, 1.9, 2.1, 3.9, 4.1, 9].map((p) => nearestWindow(p, axes[0]))).toEqual([
      0, 0, 1, 1, 2, 2,
    ]);
    expect(tapsAt(2, axes[0])).toEqual([4, 5, 6]);
    expect(tapsAt(1, ask('size=8x8&dilation=2').axes[0])).toEqual([1, 3, 5]);
  });
});
