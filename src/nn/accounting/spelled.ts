/**
 * @file The counts of a layer spelled out as texts write them: "(5 x 5 x 6 + 1) x 16" parameters.
 *
 * An equation is built of the numbers that it shows, and its value is what they come to: words and count cannot
 * differ. Layers that are not in the table below have their parameters spelled by the shapes they have; where
 * nothing is counted or no product says it, the words are empty. Before: `summary.ts`, whose counts these are.
 */
import { last } from '../../base/lists.ts';
import type { Shape } from '../../base/shape.ts';
import type { Connections } from '../../ops/windows/connectedConv2d.ts';
import type { PlacedLayer } from '../shapes.ts';

export interface Equation {
  /** "(5 x 5 x 6 + 1) x 16"; empty where there is nothing to spell. */
  readonly words: string;
  readonly value: number;
}

export interface SpelledCounts {
  readonly parameters: Equation;
  /** (inputs of a unit, plus one for its bias) x units, as the paper of 1998 counts. */
  readonly connections: Equation;
  readonly multiplyAdds: Equation;
}

/** A number, or an equation over numbers; a sum is put in brackets where it is multiplied. */
interface Expression extends Equation {
  readonly isSum: boolean;
}

type Factor = number | Expression;

const countOf = (factor: Factor): number => (typeof factor === 'number' ? factor : factor.value);

function times(...factors: readonly Factor[]): Expression {
  const words = factors.map((factor) => {
    if (typeof factor === 'number') return String(factor);
    return factor.isSum ? `(${factor.words})` : factor.words;
  });
  const value = factors.reduce<number>((product, factor) => product * countOf(factor), 1);
  return { words: words.join(' x '), value, isSum: false };
}

/** Without what is 0: a layer without biases adds none. */
function plus(...terms: readonly Factor[]): Expression {
  const there = terms.filter((term) => countOf(term) !== 0);
  const words = there.map((term) => (typeof term === 'number' ? String(term) : term.words));
  const value = there.reduce<number>((sum, term) => sum + countOf(term), 0);
  return { words: words.join(' + '), value, isSum: there.length > 1 };
}

const NOTHING: Equation = { words: '', value: 0 };

interface Counted {
  readonly layer: PlacedLayer;
  /** Of the layer's first parameter, the kernel where it has one. */
  readonly kernel: Shape;
  /** 1 where each unit adds a bias, else 0. */
  readonly bias: 0 | 1;
}

type Spelling = (counted: Counted) => SpelledCounts;

/** The window is the kernel without its last axis: (KH, KW, channels it sees). */
const convolution: Spelling = ({ layer, kernel, bias }) => {
  const taps = times(...kernel.slice(0, -1));
  const filters = last(kernel, 'axis');
  const positions = layer.outputShape.slice(0, -1);
  return {
    parameters: times(plus(taps, bias), filters),
    connections: times(plus(taps, bias), filters, ...positions),
    multiplyAdds: times(taps, filters, ...positions),
  };
};

/** Kernels are counted one by one, since some maps see fewer maps than others. */
const byTable: Spelling = ({ layer: { spec, outputShape }, kernel }) => {
  const maps = (spec.options.connections as Connections).length;
  const weights = times(...kernel);
  const positions = outputShape.slice(0, -1);
  return {
    parameters: plus(weights, maps),
    connections: times(plus(weights, maps), ...positions),
    multiplyAdds: times(weights, ...positions),
  };
};

/** A weight and a bias per map; a unit is connected to its window and its bias. */
const subsampling: Spelling = ({ layer: { spec, outputShape } }) => ({
  parameters: times(plus(1, 1), last(outputShape, 'axis')),
  connections: times(plus(times(...(spec.options.poolSize as Shape)), 1), ...outputShape),
  multiplyAdds: times(...outputShape),
});

const pooling: Spelling = ({ layer: { spec, outputShape } }) => ({
  parameters: NOTHING,
  connections: times(...(spec.options.poolSize as Shape), ...outputShape),
  multiplyAdds: NOTHING,
});

const globalPooling: Spelling = ({ layer: { inputShapes } }) => ({
  parameters: NOTHING,
  connections: times(...inputShapes[0]),
  multiplyAdds: NOTHING,
});

const connectedUnits: Spelling = ({ kernel, bias }) => {
  const inputs = times(...kernel.slice(0, -1));
  const units = last(kernel, 'axis');
  return {
    parameters: times(plus(inputs, bias), units),
    connections: times(plus(inputs, bias), units),
    multiplyAdds: times(inputs, units),
  };
};

const distances: Spelling = ({ kernel }) => {
  const product = times(...kernel);
  return { parameters: product, connections: product, multiplyAdds: product };
};

/** Parameters by their shapes, the rest as the layer says it. */
const other: Spelling = ({ layer }) => {
  const { spec, inputShapes, parameters } = layer;
  const counts = layer.layer.accounting?.(inputShapes, spec.options);
  return {
    parameters: plus(...parameters.map(({ shape }) => times(...shape))),
    connections: { words: '', value: counts?.connections ?? 0 },
    multiplyAdds: { words: '', value: counts?.multiplyAdds ?? 0 },
  };
};

const spellings: Readonly<Record<string, Spelling>> = {
  conv2d: convolution,
  connectedConv2d: byTable,
  subsampling2d: subsampling,
  maxPooling2d: pooling,
  averagePooling2d: pooling,
  minPooling2d: pooling,
  globalMaxPooling2d: globalPooling,
  globalAveragePooling2d: globalPooling,
  globalMinPooling2d: globalPooling,
  dense: connectedUnits,
  rbf: distances,
};

/** Of a layer that shares another's parameters: those are counted there. */
export function spellCounts(layer: PlacedLayer): SpelledCounts {
  const own = layer.layer.parameters?.(layer.inputShapes, layer.spec.options) ?? [];
  const kernel = own[0]?.shape ?? [];
  const bias = own.some(({ name }) => name === 'bias') ? 1 : 0;
  const spelling = spellings[layer.spec.kind] ?? other;
  const { parameters, connections, multiplyAdds } = spelling({ layer, kernel, bias });
  const plain = ({ words, value }: Equation): Equation => ({ words, value });
  return {
    parameters: layer.spec.shares === undefined ? plain(parameters) : NOTHING,
    connections: plain(connections),
    multiplyAdds: plain(multiplyAdds),
  };
}
