/**
 * @file THE table of ONNX's operators that can be imported. A new one is one entry in a file of its family.
 *
 * `docs/interop.md` lists it, and a test holds the list. Before: `../evaluate.ts`. Next stop: `operator.ts`.
 */
import { activations } from './activations.ts';
import { arithmetic } from './arithmetic.ts';
import { constants } from './constants.ts';
import { convolutions } from './convolutions.ts';
import { losses } from './losses.ts';
import { moves } from './moves.ts';
import { normalizations } from './normalizations.ts';
import type { Operator, Operators } from './operator.ts';
import { parts } from './parts.ts';
import { poolings } from './poolings.ts';
import { products } from './products.ts';
import { quantization } from './quantization.ts';
import { reductions } from './reductions.ts';
import { resizing } from './resizing.ts';
import { softmaxes } from './softmax.ts';

/** By family, for the list in the documents. */
export const operatorFamilies = {
  Convolution: convolutions,
  Pooling: poolings,
  Normalisation: normalizations,
  Products: products,
  Activations: activations,
  Softmax: softmaxes,
  Arithmetic: arithmetic,
  Reductions: reductions,
  'Shape and order': moves,
  Parts: parts,
  Resizing: resizing,
  Constants: constants,
  Losses: losses,
  Quantisation: quantization,
} as const satisfies Readonly<Record<string, Operators>>;

/** In a map, so that no name of a file is special. */
export const operators: ReadonlyMap<string, Operator> = new Map(
  Object.values<Operators>(operatorFamilies).flatMap((family) => Object.entries(family)),
);

export const operatorNames: readonly string[] = [...operators.keys()];
