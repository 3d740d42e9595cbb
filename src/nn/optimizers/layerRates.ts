/**
 * @file Learning rates of single layers: the optimizer's own, times a factor by the names of parameters.
 *
 *   { 'conv*': 0.1, 'conv1/bias': 2 }     layers conv1, conv2, ... at a tenth, the biases of conv1 at twice that
 *
 * A pattern without "/" is of layers, one with it of parameters; where several fit, their factors multiply, so the
 * biases of conv1 learn at a fifth. The optimizer is asked for the numbers of a step once per
 * factor, with the rate times the factor, so all that goes with its rate goes along (decoupled decay, Adam's step);
 * parameters of factor 1 read what they always read. Source: `lr_mult` of Caffe, epsW and epsB of cuda-convnet,
 * which trained the network of 2012. Before: `optimizer.ts`. Next stop: `train/steps.ts`.
 */
import { type FoveaError, nearestName, UsageError } from '../../base/errors.ts';
import { fitsPattern } from '../../base/patterns.ts';
import { parametersOf } from '../network.ts';
import type { ModelSpec } from '../spec.ts';
import type { Optimizer, UpdateContext } from './optimizer.ts';

/** Factors by pattern. */
export type LearningRates = Readonly<Record<string, number>>;

/** The optimizer with a factor for some parameters; throws where a pattern fits none of the model's. */
export function withLearningRates(
  optimizer: Optimizer,
  spec: ModelSpec,
  rates: LearningRates = {},
): Optimizer {
  const factors = factorsOf(spec, rates);
  const distinct = new Set(factors.values());
  if (distinct.size === 0) return optimizer;
  return {
    ...optimizer,
    updates: (context) => {
      const factor = factors.get(context.parameter.name);
      return optimizer.updates(factor === undefined ? context : atFactor(context, factor));
    },
    scalars: (step, learningRate) => {
      const scalars: Record<string, number> = { ...optimizer.scalars(step, learningRate) };
      for (const factor of distinct) {
        for (const [name, value] of Object.entries(optimizer.scalars(step, learningRate * factor)))
          scalars[nameAt(name, factor)] = value;
      }
      return scalars;
    },
  };
}

const nameAt = (scalar: string, factor: number): string => `${scalar}*${factor}`;

const atFactor = (context: UpdateContext, factor: number): UpdateContext => ({
  ...context,
  scalar: (name) => context.scalar(nameAt(name, factor)),
});

/** Of the parameters whose factor is not 1. */
function factorsOf(spec: ModelSpec, rates: LearningRates): ReadonlyMap<string, number> {
  const names = parametersOf(spec)
    .filter(({ trainable }) => trainable)
    .map(({ name }) => name);
  const factors = new Map<string, number>();
  for (const [pattern, factor] of Object.entries(rates)) {
    checkFactor(pattern, factor);
    const fits = fitsPattern(pattern);
    const found = names.filter((name) => fits(pattern.includes('/') ? name : layerOf(name)));
    if (found.length === 0) throw fitsNone(pattern, spec, names);
    for (const name of found) factors.set(name, (factors.get(name) ?? 1) * factor);
  }
  return new Map([...factors].filter(([, factor]) => factor !== 1));
}

const layerOf = (parameter: string): string => parameter.slice(0, parameter.lastIndexOf('/'));

function checkFactor(pattern: string, factor: number): void {
  if (typeof factor === 'number' && factor > 0 && Number.isFinite(factor)) return;
  throw new UsageError({
    option: 'learningRates',
    problem: `received ${String(factor)} for "${pattern}"`,
    expected: 'factors above 0, by which the learning rate is multiplied',
    ...(factor === 0 ? { fix: 'freeze layers that are not to be trained' } : {}),
  });
}

function fitsNone(pattern: string, spec: ModelSpec, names: readonly string[]): FoveaError {
  const layers = [...new Set(names.map(layerOf))];
  const near = nearestName(pattern, layers);
  return new UsageError({
    option: 'learningRates',
    problem: `no layer of ${spec.name} that is trained is named "${pattern}"`,
    expected: `names or patterns such as "conv*", of ${layers.join(', ')}; "*/bias" for biases alone`,
    ...(near === undefined ? {} : { fix: `did you mean "${near}"?` }),
  });
}
