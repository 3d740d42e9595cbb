/**
 * @file First weights that are not drawn but taken from a trained model, by name.
 *
 * Fine-tuning and warm starts: a parameter is taken where name and shape agree, so a last layer for other classes
 * keeps the weights that were drawn for it. What became of each is told. Next stop: `fit.ts`.
 */

import { FoveaError } from '../../base/errors.ts';
import { allFinite } from '../../base/finite.ts';
import { sameShape } from '../../base/shape.ts';
import { parametersOf } from '../../nn/network.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';

/** Names of parameters. */
export interface WarmStart {
  /** Begin as given. */
  readonly taken: readonly string[];
  /** Begin as drawn: no weights of that name and shape were given. */
  readonly drawn: readonly string[];
  /** Given, and not of this model, or of another shape there. */
  readonly unused: readonly string[];
}

type FirstStates = ReadonlyMap<string, { readonly data: Float32Array }>;

/** The first states with the weights put in; throws where none fits, and where one is no number. */
export function warmStart(
  spec: ModelSpec,
  drawnStates: FirstStates,
  weights: ReadonlyMap<string, StateValue>,
): { readonly states: FirstStates; readonly start: WarmStart } {
  const states = new Map(drawnStates);
  const taken: string[] = [];
  const drawn: string[] = [];
  for (const { name, shape } of parametersOf(spec)) {
    const value = weights.get(name);
    if (value === undefined || !sameShape(value.shape, shape)) {
      drawn.push(name);
      continue;
    }
    const data = Float32Array.from(value.data);
    if (!allFinite(data)) throw notNumbers(name);
    states.set(name, { data });
    taken.push(name);
  }
  if (taken.length === 0) throw noneFits(spec, weights);
  const unused = [...weights.keys()].filter((name) => !taken.includes(name));
  return { states, start: { taken, drawn, unused } };
}

function notNumbers(name: string): FoveaError {
  return new FoveaError({
    where: 'initialWeights',
    problem: `"${name}" holds NaN or Infinity`,
    expected: 'finite numbers',
  });
}

function noneFits(spec: ModelSpec, weights: ReadonlyMap<string, StateValue>): FoveaError {
  const some = [...weights.keys()].slice(0, 3).join(', ');
  return new FoveaError({
    where: 'initialWeights',
    problem: `none of the ${weights.size} weights${some === '' ? '' : ` (${some}, ...)`} is of ${spec.name}`,
    expected: `names and shapes as ${spec.name} has them: ${parametersOf(spec)[0]?.name ?? 'none'}, ...`,
    fix: 'give layers the names that they have in the model the weights are from',
  });
}
