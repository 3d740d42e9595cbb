/**
 * @file Which array of a file is which number of which layer: by name where names tell it, else by order; shapes judge.
 *
 * Names of layers are often numbered anew from save to save ("dense_3" for "dense"), and Keras itself goes by order. By
 * order, a model's trainable numbers come before its others. Next stop: `legacy.ts` and `vars.ts`, where the arrays stand.
 */
import { FoveaError } from '../../../base/errors.ts';
import { shownValue } from '../../../base/printable.ts';
import { formatShape, type Shape, sameShape, sizeOf } from '../../../base/shape.ts';
import type { StateValue } from '../../../nn/trained.ts';
import type { Variable } from '../layers/context.ts';
import type { LayerVariables } from '../runModel.ts';

/** An array of a file, not read yet. */
export interface StoredArray {
  /** As the file has it: "conv2d_1/kernel:0". */
  readonly name: string;
  readonly shape: Shape;
  read(): Float32Array;
}

/** One number or array that a model wants. */
export interface Wanted {
  readonly path: readonly string[];
  readonly variable: Variable;
  readonly frozen: boolean;
}

export const wantedOf = (layers: readonly LayerVariables[]): Wanted[] =>
  layers.flatMap(({ path, variables, frozen }) =>
    variables.map((variable) => ({ path, variable, frozen })),
  );

/** Numbers of a layer under the names of Keras 1 and of its batch normalisations. */
const OTHER_NAMES: Readonly<Record<string, string>> = {
  W: 'kernel',
  b: 'bias',
  running_mean: 'moving_mean',
  running_std: 'moving_variance',
  variance: 'variance',
  alphas: 'alpha',
};

/** "conv2d_1/kernel:0" is ["conv2d_1", "kernel"], Keras 1's "convolution2d_1_W" is [..., "kernel"]. */
export function partsOf(name: string): readonly string[] {
  const parts = name.replace(/:\d+$/, '').split('/');
  const last = parts.pop() ?? '';
  const old = /_(W|b|gamma|beta|running_mean|running_std|alphas)$/.exec(last)?.[1];
  const own = old ?? last;
  return [...parts, Object.hasOwn(OTHER_NAMES, own) ? (OTHER_NAMES[own] ?? own) : own];
}

/** Pairs of what is wanted and what there is; every one of both is in one. */
export function assign(
  wanted: readonly Wanted[],
  stored: readonly StoredArray[],
  where: string,
): readonly (readonly [Wanted, StoredArray])[] {
  if (wanted.length !== stored.length) {
    throw new FoveaError({
      where,
      problem: `it holds ${stored.length} arrays (${listed(stored.map(({ name }) => name))})`,
      expected: `${wanted.length}: ${listed(wanted.map(nameOf))}`,
      fix: 'take network and weights from the same model',
    });
  }
  const pairs = byName(wanted, stored) ?? byOrder(wanted, stored);
  for (const [want, found] of pairs) checkShape(want, found, where);
  return pairs;
}

const nameOf = ({ path, variable }: Wanted) => `${path.join('/')}/${variable.name}`;

const listed = (names: readonly string[]) =>
  names.length > 12 ? `${names.slice(0, 12).join(', ')}, ...` : names.join(', ');

/** undefined unless each wanted name is that of one array alone. */
function byName(wanted: readonly Wanted[], stored: readonly StoredArray[]) {
  const free = new Map(stored.map((array) => [array, partsOf(array.name)]));
  const ends = (parts: readonly string[], end: readonly string[]) =>
    end.every((part, i) => parts[parts.length - end.length + i] === part);
  const pairs: (readonly [Wanted, StoredArray])[] = [];
  for (const want of wanted) {
    const whole = [...want.path, want.variable.name];
    // Within one layer the last word is enough; else the layer's name comes before it.
    const found = whole
      .map((_, i) => whole.slice(i))
      .map((end) => [...free].filter(([, parts]) => ends(parts, end)))
      .find((matches) => matches.length > 0);
    const [match, ...more] = found ?? [];
    if (match === undefined || more.length > 0) return undefined;
    free.delete(match[0]);
    pairs.push([want, match[0]]);
  }
  return pairs;
}

function byOrder(wanted: readonly Wanted[], stored: readonly StoredArray[]) {
  const isTrained = ({ frozen, variable }: Wanted) => variable.trainable && !frozen;
  const inOrder = [...wanted.filter(isTrained), ...wanted.filter((want) => !isTrained(want))];
  return inOrder.flatMap((want, i) =>
    stored.slice(i, i + 1).map((array) => [want, array] as const),
  );
}

function checkShape(want: Wanted, { name, shape }: StoredArray, where: string): void {
  const { variable } = want;
  if (sameShape(shape, variable.shape) || variable.state === undefined) return;
  throw new FoveaError({
    where,
    problem: `${shownValue(name)} has the shape ${formatShape(shape)}`,
    expected: `${formatShape(variable.shape)}, the ${variable.name} of ${shownValue(want.path.join('/'))}`,
    fix: 'take network and weights from the same model',
  });
}

/** The states of a spec from pairs; one number stands for a whole channel's worth where Keras keeps one. */
export function statesOf(
  pairs: readonly (readonly [Wanted, StoredArray])[],
  known: ReadonlyMap<string, readonly number[]>,
  shapeOf: (state: string) => Shape,
): Map<string, StateValue> {
  const states = new Map<string, StateValue>();
  const put = (state: string, numbers: ArrayLike<number>) => {
    const shape = shapeOf(state);
    const data = new Float32Array(sizeOf(shape));
    if (numbers.length === 1) data.fill(numbers[0] ?? 0);
    else data.set(numbers);
    states.set(state, { shape, data });
  };
  for (const [{ variable }, array] of pairs) {
    if (variable.state !== undefined) put(variable.state, array.read());
  }
  for (const [state, numbers] of known) put(state, numbers);
  return states;
}
