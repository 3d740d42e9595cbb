/**
 * @file Layers of 1998 and 2012 that files put together of squares: distances, and normalisation over neighbours.
 *
 * Before: `nodeTree.ts`.
 */
import { sameShape } from '../../../../base/shape.ts';
import { channelWindow } from '../../../../ops/windows/localResponseNormalization.ts';
import type { OnnxNode } from '../../decode.ts';
import { type Step, weight } from '../step.ts';
import { movedTo, placesOf, plainView, type View } from '../view.ts';
import { isNear, type Matcher, type NodeTree } from './nodeTree.ts';

/** The value that a node squares. */
function squared(tree: NodeTree, node: OnnxNode | undefined): string | undefined {
  const [a, b] = node?.inputs ?? [];
  if (node?.operator === 'Pow') return tree.number(b) === 2 ? a : undefined;
  return a === b ? a : undefined;
}

const times = ({ operator }: OnnxNode): number => (operator === 'Pow' ? 1 : 2);

/** The axes that a node adds up along, as they count from the end. */
function summedAxes(tree: NodeTree, { attributes, inputs, opset }: OnnxNode, rank: number) {
  const axes = opset < 13 ? attributes.get('axes')?.ints.map(Number) : tree.numbers(inputs[1]);
  return [...(axes ?? [])].map((axis) => (axis < 0 ? axis : axis - rank));
}

/** sum over d of (x[d] - centers[k, d])^2 */
export const distances: Matcher = (tree, last) => {
  const square = tree.own(last.inputs[0], ['Mul', 'Pow']);
  const name = squared(tree, square);
  const difference = square && tree.own(name, ['Sub'], times(square));
  const [a, b] = difference?.inputs ?? [];
  const centers = tree.numbers(a) === undefined ? b : a;
  const spread = tree.own(centers === a ? b : a, ['Unsqueeze', 'Reshape']);
  const numbers = tree.numbers(centers);
  if (square === undefined || difference === undefined || spread === undefined || !numbers)
    return undefined;
  const [K = 0, D = 0, ...more] = tree.shape(centers);
  const [batch = 0] = tree.shape(spread.inputs[0]);
  const isRow =
    more.length === 0 &&
    sameShape(tree.shape(spread.inputs[0]), [batch, D]) &&
    sameShape(tree.shape(spread.outputs[0]), [batch, 1, D]);
  const isSum =
    sameShape(summedAxes(tree, last, 3), [-1]) && Number(last.attributes.get('keepdims')?.i) === 0;
  if (!isRow || !isSum) return undefined;
  return {
    node: { ...last, inputs: spread.inputs.slice(0, 1) },
    within: [square, difference, spread],
    write: (step) => {
      const view = step.read(0);
      const row = step.writer.flat(view);
      const places = placesOf(view);
      const own = new Float32Array(K * D);
      for (let i = 0; i < own.length; i++)
        own[i - (i % D) + (places[i % D] ?? 0)] = numbers[i] ?? 0;
      const rows = Array.from({ length: K }, (_, k) => [...own.subarray(k * D, (k + 1) * D)]);
      const made = step.writer.add({
        kind: 'rbf',
        ...(centers === undefined ? {} : { weightsName: centers }),
        reads: [row],
        options: { centers: rows },
        weights: { centers: weight([K, D], () => own) },
      });
      return plainView(made.layer, made.own);
    },
  };
};

/** x (k + sum of near[c, j] x[j]^2)^-beta, where `near` is alpha in a band. */
export const neighbours: Matcher = (tree, last) => {
  const found = bandOf(tree, last);
  if (found === undefined) return undefined;
  return {
    node: { ...last, inputs: [found.x] },
    within: found.within,
    write: (step) => normalized(step, found.options),
  };
};

/** The same over an operator's own window or over a band, in pictures that are groups of channels: (N g, C / g, H, W). */
export const groups: Matcher = (tree, last) => {
  const inner = tree.own(last.inputs[0], ['LRN', 'Div']);
  const found = inner && (inner.operator === 'LRN' ? windowOf(inner) : bandOf(tree, inner));
  const apart = found && tree.own(found.x, ['Reshape'], found.reads);
  if (inner === undefined || found === undefined || apart === undefined) return undefined;
  const [N = 0, C = 0, ...place] = tree.shape(apart.inputs[0]);
  const [pictures = 0, channels = 0, ...within] = tree.shape(apart.outputs[0]);
  const count = C / channels;
  const isGrouped =
    count > 1 &&
    pictures === N * count &&
    place.length === 2 &&
    sameShape(place, within) &&
    sameShape(tree.shape(last.outputs[0]), [N, C, ...place]);
  if (!isGrouped) return undefined;
  return {
    node: { ...last, inputs: apart.inputs.slice(0, 1) },
    within: [inner, apart, ...found.within],
    write: (step) => normalized(step, { ...found.options, groups: count }),
  };
};

function normalized(step: Step, options: object): View {
  const image = step.writer.picture(step.read(0));
  const made = step.writer.add({
    kind: 'localResponseNormalization',
    reads: [image],
    options: { ...options },
  });
  return movedTo(image, made.layer);
}

/** What normalises its input: which that is, how often it is read, the nodes between, and the layer's options. */
interface Response {
  readonly x: string;
  readonly reads: number;
  readonly within: readonly OnnxNode[];
  readonly options: Readonly<Record<'size' | 'k' | 'alpha' | 'beta', number>>;
}

/** An LRN operator of an odd window; it divides alpha by the size. */
function windowOf({ inputs: [x = ''], attributes }: OnnxNode): Response | undefined {
  const size = Number(attributes.get('size')?.i ?? 0);
  if (size % 2 === 0) return undefined;
  const of = (name: string, unsaid: number): number => Number(attributes.get(name)?.f ?? unsaid);
  const options = {
    size,
    k: of('bias', 1),
    alpha: of('alpha', 1e-4) / size,
    beta: of('beta', 0.75),
  };
  return { x, reads: 1, within: [], options };
}

function bandOf(tree: NodeTree, last: OnnxNode): Response | undefined {
  const [x = '', divisor] = last.inputs;
  const power = tree.own(divisor, ['Pow']);
  const beta = tree.number(power?.inputs[1]);
  const sum = tree.own(power?.inputs[0], ['Add']);
  const found = sum && tree.withNumber(sum);
  const conv = tree.own(found?.other, ['Conv']);
  const square = tree.own(conv?.inputs[0], ['Mul', 'Pow']);
  const near = tree.numbers(conv?.inputs[1]);
  const [C = 0, ...rest] = tree.shape(conv?.inputs[1]);
  if (!power || !sum || !conv || !square || !near || !found || beta === undefined) return undefined;
  const isPlain = conv.inputs.length === 2 && sameShape(rest, [C, 1, 1]);
  if (!isPlain || squared(tree, square) !== x) return undefined;
  const alpha = near[0] ?? 0;
  const size = Array.from({ length: 2 * C }, (_, i) => i + 1).find((n) =>
    isBand(near, C, n, alpha),
  );
  if (size === undefined) return undefined;
  const within = [power, sum, conv, square];
  return { x, reads: 1 + times(square), within, options: { size, k: found.number, alpha, beta } };
}

function isBand(near: ArrayLike<number>, C: number, size: number, alpha: number): boolean {
  const { below, above } = channelWindow(size);
  for (let i = 0; i < C * C; i++) {
    const apart = (i % C) - Math.floor(i / C);
    const expected = -below <= apart && apart <= above ? alpha : 0;
    if (expected === 0 ? near[i] !== 0 : !isNear(near[i], expected)) return false;
  }
  return true;
}
