/**
 * @file The end of every import of Keras layers: numbers into states, what scales the input into the preprocessing.
 */
import { checkedClassNames } from '../../base/classNames.ts';
import { unreachable } from '../../base/errors.ts';
import { parametersOf } from '../../nn/network.ts';
import { inputsOf, type Preprocessing } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { ImportedModel } from '../importing.ts';
import { numberedClasses } from '../modelTensors.ts';
import type { BuiltKeras } from './buildModel.ts';
import { intoInputs } from './scalings.ts';
import { type StoredArray, statesOf, type Wanted } from './weights/assign.ts';

export interface Finish {
  /** Names of classes that a file of this house says; whatever else stands there is no such list. */
  readonly classes?: unknown;
  readonly where: string;
  readonly notes: readonly string[];
  readonly producedBy: string;
  /** Where the network came from elsewhere and says it. */
  readonly preprocessing?: Preprocessing;
}

/** The states of a model from the arrays of its file. */
export function statesFrom(
  { spec, known }: BuiltKeras,
  pairs: readonly (readonly [Wanted, StoredArray])[],
): ReadonlyMap<string, StateValue> {
  const shapes = new Map(parametersOf(spec).map(({ name, shape }) => [name, shape]));
  return statesOf(pairs, known, (state) => shapes.get(state) ?? unreachable(`no "${state}"`));
}

export function finished(
  built: Pick<BuiltKeras, 'spec' | 'known' | 'notes'>,
  weights: ReadonlyMap<string, StateValue>,
  { notes, producedBy, preprocessing, classes, where }: Finish,
): ImportedModel {
  const all = [...built.notes, ...notes];
  if (preprocessing !== undefined) {
    const { spec } = built;
    const names = classNames(classes, numberedClasses(spec), where);
    return { spec, weights, classes: names, notes: all, producedBy, preprocessing: 'file' };
  }
  const scaled = intoInputs({ spec: built.spec, weights, known: built.known });
  return {
    spec: scaled.spec,
    weights: scaled.weights,
    classes: classNames(classes, numberedClasses(scaled.spec), where),
    notes: [...all, ...scaled.notes],
    producedBy,
    preprocessing: scaled.scaled.size === inputsOf(scaled.spec).length ? 'file' : 'assumed',
  };
}

function classNames(given: unknown, numbered: readonly string[], where: string) {
  const isList =
    Array.isArray(given) &&
    given.length === numbered.length &&
    given.every((name) => typeof name === 'string');
  return isList ? checkedClassNames(given, where) : numbered;
}
