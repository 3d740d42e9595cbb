/**
 * @file Taking a run's state out of a session and putting it back.
 *
 * Only finite states are taken: a snapshot is a place to go on from, and NaN is none.
 * Next stop: `checkpoint.ts`, a snapshot as the bytes of one file.
 */
import type { Session } from '../backends/backend.ts';
import type { StateValue } from '../nn/trained.ts';
import { diverged } from './divergence.ts';
import type { Progress, Snapshot } from './progress.ts';

/** Copies the named states and the progress. */
export function snapshotOf(
  session: Session,
  names: ReadonlyMap<string, unknown>,
  progress: Progress,
): Snapshot {
  const states = new Map<string, StateValue>();
  for (const { name, shape } of session.states()) {
    if (!names.has(name)) continue;
    const data = session.readState(name);
    if (!data.every(Number.isFinite)) {
      const learningRate = progress.history.at(-1)?.learningRate;
      throw diverged(`${name} holds NaN or Infinity after step ${progress.step}`, learningRate);
    }
    states.set(name, { shape, data });
  }
  return { states, progress: structuredClone(progress) };
}

/** Writes every state; the session must have compiled a program that knows them. */
export function restoreStates(
  session: Session,
  states: ReadonlyMap<string, Pick<StateValue, 'data'>>,
): void {
  for (const [name, { data }] of states) session.writeState(name, data);
}
