/**
 * @file Taking a model's state out of its scope in a session and putting it back.
 *
 * Only finite states are taken: a snapshot is a place to go on from, and NaN is none.
 * Next stop: `checkpoint.ts`, a snapshot as the bytes of one file.
 */

import type { Scope, Session, States } from '../../backends/backend.ts';
import { FoveaError } from '../../base/errors.ts';
import { allFinite } from '../../base/finite.ts';
import { parameterNames } from '../../nn/programs/programs.ts';
import type { ModelSpec } from '../../nn/spec.ts';
import type { StateValue } from '../../nn/trained.ts';
import { diverged } from '../divergence.ts';
import type { Progress, Snapshot } from '../progress.ts';

/** Copies the named states and the progress; `whole`: of the states that are here, all of the model's. */
export async function snapshotOf(
  scope: States,
  names: ReadonlyMap<string, unknown>,
  progress: Progress,
  whole: (here: StateValues) => Promise<StateValues> = async (here) => here,
): Promise<Snapshot> {
  const here = new Map<string, StateValue>();
  for (const { name, shape } of scope.states()) {
    if (names.has(name)) here.set(name, { shape, data: await scope.readState(name) });
  }
  const states = await whole(here);
  for (const [name, { data }] of states) {
    if (allFinite(data)) continue;
    const learningRate = progress.history.at(-1)?.learningRate;
    throw diverged(`${name} holds NaN or Infinity after step ${progress.step}`, learningRate);
  }
  return { states, progress: structuredClone(progress) };
}

type StateValues = ReadonlyMap<string, StateValue>;

/**
 * Writes the states named; a program that knows them must have been compiled in the scope. What else `values`
 * holds is left aside, what it lacks is an error before anything is written.
 */
export function restoreStates(
  scope: States,
  names: Iterable<string>,
  values: ReadonlyMap<string, Pick<StateValue, 'data'>>,
): void {
  const found = [...names].map((name) => {
    const value = values.get(name);
    if (value === undefined) throw lacks(name);
    return { name, data: value.data };
  });
  for (const { name, data } of found) scope.writeState(name, data);
}

function lacks(name: string): FoveaError {
  return new FoveaError({
    problem: `the weights lack "${name}"`,
    expected: 'a value for every parameter of the model',
    fix: 'take weights and model from the same run',
  });
}

/** The scope of a model that has weights in the session; throws where it has none. */
export function trainedScope(session: Session, spec: ModelSpec): Scope {
  const scope = session.scopeOf(spec);
  const held = new Set(scope.states().map(({ name }) => name));
  if (parameterNames(spec).every((name) => held.has(name))) return scope;
  throw new FoveaError({
    problem: `the session holds no weights for this ${spec.name} model`,
    expected:
      'the very spec object that was trained in this session (an equal copy has no weights)',
    fix: 'pass the object that `fit` got, or the weights with it',
  });
}
