/**
 * @file Operators on two or more things, number by number: sums of layers, and layers with constants.
 *
 * Constants go where they belong: into the bias before them, into how pixels become numbers at the input, or else into a
 * frozen batch normalisation, which scales and moves each channel. Next stop: `importSpec.ts`.
 */
import { formatShape, sizeOf } from '../../../base/shape.ts';
import { clipped } from './activations.ts';
import { channelNumbers, rowNumbers } from './channels.ts';
import { aligned } from './rows.ts';
import { type Step, SUMMING, weight } from './step.ts';
import { movedTo, sizeOfView, type View } from './view.ts';

interface Line {
  /** y = scale x + offset, each one number per channel. */
  readonly scale?: (n: number) => number;
  readonly offset?: (n: number) => number;
}

/** x with a constant at `index`: into the bias, the preprocessing, or a frozen normalisation. */
function line(step: Step, view: View, index: number, { scale, offset }: Line): View {
  const constant = step.weights(index, 'constants');
  const placed = view.shape.length === 3 ? step.writer.picture(view) : view;
  if (placed.shape.length !== 1 && placed.shape.length !== 3) {
    step.refuse(`it reads ${formatShape(view.shape)}`, 'pictures or rows');
  }
  const numbers =
    placed.shape.length === 3
      ? channelNumbers(step, placed, constant)
      : rowNumbers(step, placed, constant);
  const target = placed.shape.length === 3 ? placed : step.writer.flat(placed);
  const channels = target.own.at(-1) ?? 1;
  const before = scale === undefined ? step.open(target, SUMMING) : undefined;
  if (before !== undefined && offset !== undefined) {
    const old = before.weights.get('bias');
    before.options = { ...before.options, useBias: true };
    const sum = () => {
      const first = old?.make();
      return numbers().map((n, i) => offset(n) + (first?.[i] ?? 0));
    };
    before.weights.set('bias', weight([channels], sum));
    return target;
  }
  if (step.writer.isInput(target.layer) && target.own.length === 3 && step.isAlone(view)) {
    step.writer.scaleInput(target.layer, {
      scale: [...numbers()].map((n) => scale?.(n) ?? 1),
      offset: [...numbers()].map((n) => offset?.(n) ?? 0),
    });
    return target;
  }
  return frozenLine(step, target, numbers, { scale, offset } as Line);
}

/** gamma (x - 0) / sqrt(1/2 + 1/2) + beta */
function frozenLine(
  step: Step,
  view: View,
  numbers: () => Float32Array,
  { scale, offset }: Line,
): View {
  const channels = view.own.at(-1) ?? 1;
  const each = (of: (n: number) => number) => weight([channels], () => numbers().map(of));
  const made = step.writer.add({
    kind: 'batchNormalization',
    reads: [view],
    options: { epsilon: 0.5 },
    trainable: false,
    weights: {
      gamma: each(scale ?? (() => 1)),
      beta: each(offset ?? (() => 0)),
      movingMean: each(() => 0),
      movingVariance: each(() => 0.5),
    },
  });
  step.writer.note('constants that scale or move channels became frozen batch normalisations');
  return movedTo(view, made.layer);
}

function join(step: Step, kind: string): View {
  const views = enlarged(step, step.views());
  const [first, ...rest] = aligned(step, views);
  if (first === undefined) return step.refuse('it reads nothing', 'inputs');
  if (rest.length === 0) return first;
  return movedTo(first, step.writer.add({ kind, reads: [first, ...rest] }).layer);
}

/** (C, 1, 1) beside (C, H, W): repeated over the picture. */
function enlarged(step: Step, views: readonly View[]): readonly View[] {
  const largest = views.reduce<View | undefined>(
    (most, view) => (most === undefined || sizeOfView(view) > sizeOfView(most) ? view : most),
    undefined,
  );
  const [C, H, W] = largest?.shape ?? [];
  return views.map((view) => {
    const isPoint =
      view.shape.length === 3 && view.shape[0] === C && view.shape[1] === 1 && view.shape[2] === 1;
    if (!isPoint || (H === 1 && W === 1)) return view;
    const image = step.writer.picture(view);
    const made = step.writer.add({
      kind: 'upsampling2d',
      reads: [image],
      options: { size: [H, W] },
    });
    return { ...image, ...made, source: made.own, shape: [C ?? 1, H ?? 1, W ?? 1] };
  });
}

type Sides = readonly [left: Line, right: Line];

/** Two inputs: both of the network, or one of them a constant. `lines`: with the constant on the right, on the left. */
const ofTwo =
  (kind: string, [right, left]: Partial<Sides> & { readonly length: number }) =>
  (step: Step): View => {
    const [a, b] = [step.view(0), step.view(1)];
    if (a !== undefined && b !== undefined) return kind === '' ? noJoin(step) : join(step, kind);
    if (a !== undefined && right !== undefined) return line(step, a, 1, right);
    if (b !== undefined && left !== undefined) return line(step, b, 0, left);
    return noJoin(step);
  };

const noJoin = (step: Step): never =>
  step.refuse(
    'no layer does that with what it reads',
    'sums, differences and products of layers, or of a layer and constants',
  );

const plus: Line = { offset: (n) => n };
const times: Line = { scale: (n) => n };

export const add = ofTwo('add', [plus, plus]);
export const subtract = ofTwo('subtract', [
  { offset: (n) => -n },
  { scale: () => -1, offset: (n) => n },
]);
export const multiply = ofTwo('multiply', [times, times]);
export const divide = ofTwo('', [{ scale: (n) => 1 / n }]);

export const several =
  (kind: string) =>
  (step: Step): View =>
    join(step, kind);

/** With a constant: a bound. */
export const extreme =
  (kind: 'maximum' | 'minimum') =>
  (step: Step): View => {
    if (step.inputCount !== 2 || (step.view(0) !== undefined && step.view(1) !== undefined))
      return join(step, kind);
    const [view, constant] =
      step.view(0) === undefined
        ? [step.read(1), step.weights(0, 'bounds')]
        : [step.read(0), step.weights(1, 'bounds')];
    const [bound = 0] = constant.read();
    if (sizeOf(constant.shape) !== 1) step.refuse('it has a bound for each number', 'one bound');
    return kind === 'maximum'
      ? clipped(step, view, bound, undefined)
      : clipped(step, view, undefined, bound);
  };

export const same = (step: Step): View => step.read(0);
