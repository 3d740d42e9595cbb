/**
 * @file What the Windows page keeps in the address, and the question it asks the library.
 */
import type { Fill, PaddingRule, Pair, WindowOp, WindowQuestion } from 'fovea/web';
import { asText, choice, type Fields, real, whole } from '../../frame/state/fields.ts';
import { exampleInput, MOST_SIDE, namedKernel } from './inputs.ts';

export const MOST_KERNEL = 11;
export const MOST_PAD = 10;

/** `nothing`: the window pads on its own, as layers do. */
export const fills = ['nothing', 'constant', 'reflect', 'replicate', 'circular'] as const;
export type FillName = 'nothing' | Fill;

export interface WindowState {
  readonly size: Pair;
  /** null: the example in this size. */
  readonly values: readonly number[] | null;
  readonly op: WindowOp;
  readonly kernel: number;
  readonly stride: number;
  readonly dilation: number;
  readonly padding: PaddingRule;
  readonly fill: FillName;
  /** What a constant fill puts there. */
  readonly value: number;
  /** null: vertical edges. */
  readonly weights: readonly number[] | null;
  /** The window that is shown, counted row by row. */
  readonly at: number;
}

export const fields: Fields<WindowState> = {
  size: asText<Pair>([6, 6], readSize, (size) => size.join('x')),
  values: asText<readonly number[] | null>(
    null,
    (text) => readList(text, MOST_SIDE ** 2),
    writeList,
  ),
  op: choice<WindowOp>('conv', ['max', 'avg', 'min', 'conv']),
  kernel: whole(3, { from: 1, to: MOST_KERNEL }),
  stride: whole(1, { from: 1, to: MOST_KERNEL }),
  dilation: whole(1, { from: 1, to: 5 }),
  padding: asText<PaddingRule>('valid', readPadding, (rule) =>
    typeof rule === 'string' ? rule : rule.flat().join(','),
  ),
  fill: choice<FillName>('nothing', fills),
  value: real(0, { from: -1000, to: 1000 }),
  weights: asText<readonly number[] | null>(
    null,
    (text) => readList(text, MOST_KERNEL ** 2),
    writeList,
  ),
  at: whole(0, { from: 0, to: MOST_SIDE ** 2 * 4 }),
};

function readSize(text: string): Pair | undefined {
  const [h = 0, w = 0, ...more] = text.split('x').map(Number);
  const fits = [h, w].every((side) => Number.isInteger(side) && side >= 1 && side <= MOST_SIDE);
  return fits && more.length === 0 ? [h, w] : undefined;
}

function readPadding(text: string): PaddingRule | undefined {
  if (text === 'valid' || text === 'same') return text;
  const pads = text.split(',').map((word) => (word === '' ? Number.NaN : Number(word)));
  const [top = Number.NaN, bottom = 0, left = 0, right = 0] = pads;
  const fits = pads.every((pad) => Number.isInteger(pad) && pad >= 0 && pad <= MOST_PAD);
  if (pads.length !== 4 || !fits) return undefined;
  return [
    [top, bottom],
    [left, right],
  ];
}

/** Bytes of a picture are written in two digits each: "x00ff80". Other numbers with commas. */
function writeList(values: readonly number[] | null): string {
  if (values === null) return '';
  const areBytes = values.every((v) => Number.isInteger(v) && v >= 0 && v <= 255);
  if (values.length <= 64 || !areBytes) return values.join(',');
  return `x${values.map((v) => v.toString(16).padStart(2, '0')).join('')}`;
}

function readList(text: string, most: number): readonly number[] | null | undefined {
  if (text === '') return null;
  if (/^x([0-9a-f]{2})+$/.test(text) && text.length <= 1 + 2 * most) {
    return Array.from({ length: (text.length - 1) / 2 }, (_, i) =>
      Number.parseInt(text.slice(1 + 2 * i, 3 + 2 * i), 16),
    );
  }
  const values = text.split(',', most + 1).map((word) => (word === '' ? Number.NaN : Number(word)));
  const fits = values.every((v) => Number.isFinite(v) && Math.abs(v) <= 1e6);
  return values.length <= most && fits ? values : undefined;
}

/** The numbers of the input; an address whose numbers do not fit its size shows the example. */
export function inputOf({ size, values }: WindowState): readonly number[] {
  return values?.length === size[0] * size[1] ? values : exampleInput(size);
}

export function weightsOf({ kernel, weights }: WindowState): readonly number[] {
  return weights?.length === kernel * kernel ? weights : namedKernel('vertical', kernel);
}

export function questionOf(state: WindowState): WindowQuestion {
  const { size, op, kernel, stride, padding, fill, value } = state;
  // Pooling windows have no gaps.
  const dilation = op === 'conv' ? state.dilation : 1;
  const values = inputOf(state);
  return {
    input: size,
    kernel: [kernel, kernel],
    strides: [stride, stride],
    dilation: [dilation, dilation],
    padding,
    ...(fill === 'nothing' ? {} : { fill: { mode: fill, value } }),
    compute: op === 'conv' ? { op, values, weights: weightsOf(state) } : { op, values },
  };
}

export interface Preset {
  readonly text: string;
  readonly state: Partial<WindowState>;
}

const start = { at: 0, dilation: 1, fill: 'nothing', padding: 'valid', stride: 1 } as const;
const sized = (side: number) => ({ size: [side, side] as const, values: null });

/** The first two are the text's example; the others are what later chapters are about. */
export const presets: readonly Preset[] = [
  { text: '6×6 with 3×3, valid', state: { ...start, ...sized(6), kernel: 3 } },
  { text: '6×6 with 3×3, same', state: { ...start, ...sized(6), kernel: 3, padding: 'same' } },
  { text: 'Max pooling 2×2', state: { ...start, ...sized(6), kernel: 2, stride: 2, op: 'max' } },
  {
    text: 'Overlapping pooling, 3×3 by 2',
    state: { ...start, ...sized(7), kernel: 3, stride: 2, op: 'max' },
  },
  {
    text: 'LeNet’s 5×5 on 12×12',
    state: { ...start, ...sized(12), kernel: 5, op: 'conv', weights: null },
  },
  {
    text: 'With gaps: dilation 2',
    state: { ...start, ...sized(8), kernel: 3, dilation: 2, op: 'conv' },
  },
];

/** Whether everything that a preset says is as it says. */
export function isPreset(state: WindowState, preset: Preset): boolean {
  return Object.entries(preset.state).every(
    ([name, value]) =>
      name === 'at' || JSON.stringify(Reflect.get(state, name)) === JSON.stringify(value),
  );
}
