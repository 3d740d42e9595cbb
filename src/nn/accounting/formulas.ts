/**
 * @file What a layer computes as a formula with its own numbers in it, for people to read.
 *
 *   y[i, j, k] = tanh(b[k] + sum over u < 5, v < 5, c < 6 of w[u, v, c, k] x[i + u, j + v, c])
 *
 * x is what the layer reads, y what it gives; places outside of x are padding and count as nothing. Empty for kinds
 * that no line of this form says.
 */
import type { Pair } from '../../base/window.ts';
import type { Reception } from '../layers/layer.ts';
import type { PlacedLayer } from '../shapes.ts';

type Options = Readonly<Record<string, unknown>>;

interface Layer {
  readonly options: Options;
  readonly placed: PlacedLayer;
  /** "5, v < 5" of a window: what u and v stay below. */
  readonly window: string;
  /** "2i + u - 1, j + v" */
  readonly places: string;
}

/** Its activation around a sum: "tanh(...)", or the sum itself. */
function activated({ activation = 'linear' }: Options, sum: string): string {
  if (activation === 'linear') return sum;
  if (activation === 'scaledTanh') return `1.7159 tanh(2/3 (${sum}))`;
  if (activation === 'softmax') return `softmax over k of (${sum})`;
  return `${String(activation)}(${sum})`;
}

const bias = ({ useBias = true }: Options): string => (useBias === true ? 'b[k] + ' : '');

const sumOver = (bounds: string, what: string): string => `sum over ${bounds} of ${what}`;

function convolution({ options, placed, window, places }: Layer): string {
  const [, , C = 1] = placed.inputShapes[0];
  const groups = Number(options.groups ?? 1);
  const share = C / groups;
  const channel = groups === 1 ? 'c' : `g(k) + c`;
  const products = `w[u, v, c, k] x[${places}, ${channel}]`;
  const sum = `${bias(options)}${sumOver(`${window}, c < ${share}`, products)}`;
  const filters = Number(options.filters);
  const where =
    groups === 1
      ? ''
      : `, g(k) = ${share} floor(k / ${filters / groups}): the maps of k's own group`;
  return `y[i, j, k] = ${activated(options, sum)}${where}`;
}

function connected({ options, window, places }: Layer): string {
  const products = `w[u, v, c, k] x[${places}, c]`;
  const sum = `b[k] + ${sumOver(`${window}, maps c that k sees`, products)}`;
  return `y[i, j, k] = ${activated(options, sum)}`;
}

function subsampling({ options, window, places }: Layer): string {
  const sum = `b[k] + w[k] (${sumOver(window, `x[${places}, k]`)})`;
  return `y[i, j, k] = ${activated(options, sum)}`;
}

const pooled =
  (word: string) =>
  ({ window, places }: Layer): string =>
    `y[i, j, k] = ${word} over ${window} of x[${places}, k]`;

const pooledWhole =
  (word: string) =>
  ({ placed }: Layer): string => {
    const [H, W] = placed.inputShapes[0];
    return `y[k] = ${word} over u < ${H}, v < ${W} of x[u, v, k]`;
  };

function dense({ options, placed }: Layer): string {
  const [inputs] = placed.inputShapes[0];
  return `y[k] = ${activated(options, `${bias(options)}${sumOver(`c < ${inputs}`, 'w[c, k] x[c]')}`)}`;
}

const rbf = ({ placed }: Layer): string =>
  `y[k] = ${sumOver(`c < ${placed.inputShapes[0][0]}`, '(x[c] - w[k, c])^2')}`;

function dropout({ options: { rate, mode } }: Layer): string {
  const drawn = `0 with probability ${rate}`;
  return mode === '2012'
    ? `in training y = ${drawn}, else x; afterwards y = ${1 - Number(rate)} x`
    : `in training y = ${drawn}, else x / ${1 - Number(rate)}; afterwards y = x`;
}

function response({ options: { size, k, alpha, beta, groups }, placed }: Layer): string {
  const [, , C = 1] = placed.inputShapes[0];
  const own = groups === 1 ? '' : ` in its group of ${C / Number(groups)}`;
  return `y[i, j, c] = x[i, j, c] / (${k} + ${alpha} sum of x[i, j, n]^2 over the ${size} maps n around c${own})^${beta}`;
}

const formulas: Readonly<Record<string, (layer: Layer) => string>> = {
  conv2d: convolution,
  connectedConv2d: connected,
  subsampling2d: subsampling,
  maxPooling2d: pooled('max'),
  minPooling2d: pooled('min'),
  averagePooling2d: pooled('mean'),
  globalMaxPooling2d: pooledWhole('max'),
  globalMinPooling2d: pooledWhole('min'),
  globalAveragePooling2d: pooledWhole('mean'),
  dense,
  rbf,
  dropout,
  localResponseNormalization: response,
  activation: ({ options }) => `y = ${activated(options, 'x')}`.replace('over k of (x)', 'of x'),
  flatten: ({ placed }) => {
    const [, W, C] = placed.inputShapes[0];
    return placed.inputShapes[0].length === 3
      ? `y[(${W} i + j) ${C} + c] = x[i, j, c]`
      : 'y = x, in one row';
  },
};

export function formulaOf(placed: PlacedLayer): string {
  const { spec, layer, inputShapes } = placed;
  const formula = formulas[spec.kind];
  if (formula === undefined) return '';
  const reception = layer.reception?.(inputShapes, spec.options);
  const window = typeof reception === 'object' ? reception : ALONE;
  const [rows, columns] = window.kernel;
  return formula({
    options: spec.options,
    placed,
    window: `u < ${rows}, v < ${columns}`,
    places: [placeOf('i', 'u', 0, window), placeOf('j', 'v', 1, window)].join(', '),
  });
}

const ONE: Pair = [1, 1];
const ALONE: Reception = { kernel: ONE, strides: ONE, dilation: ONE, before: [0, 0] };

/** "2i + 3v - 1" */
function placeOf(output: string, tap: string, axis: 0 | 1, window: Reception): string {
  const scaled = (factor: number, name: string) => (factor === 1 ? name : `${factor}${name}`);
  const { strides, dilation, before } = window;
  const pad = before[axis];
  const shift = pad === 0 ? '' : ` ${pad > 0 ? '-' : '+'} ${Math.abs(pad)}`;
  return `${scaled(strides[axis], output)} + ${scaled(dilation[axis], tap)}${shift}`;
}
