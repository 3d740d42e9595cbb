/** @file One training whose every number is told, in a page and in Node. */
import { openSession } from '../../../src/backends/select.ts';
import { loadDataset } from '../../../src/data/index.ts';
import { modelOf } from '../../../src/models/index.ts';
import { parameterNames } from '../../../src/nn/programs/programs.ts';
import { fit } from '../../../src/train/fit.ts';
import { bitsOf } from './bits.ts';

export interface Trained {
  readonly plan: string;
  readonly losses: readonly number[];
  readonly bits: Readonly<Record<string, string>>;
  readonly confusion: readonly (readonly number[])[];
}

/** The same training in Node, on the 128-bit plan. */
export async function trainedHere(): Promise<Pick<Trained, 'losses' | 'bits'>> {
  await using session = await openSession({ threads: 1, revectorize: 'off' });
  const spec = modelOf('lenet5');
  const digits = await loadDataset('digits', { trainCount: 320, testCount: 50 });
  const losses: number[] = [];
  for await (const event of fit(session, spec, digits, { epochs: 1, batchSize: 128 })) {
    if (event.type === 'epoch') losses.push(event.train.loss);
  }
  const scope = session.scopeOf(spec);
  const weights = new Map<string, { data: ArrayLike<number>; shape: readonly number[] }>();
  for (const name of parameterNames(spec)) {
    weights.set(name, { shape: [], data: await scope.readState(name) });
  }
  return { losses, bits: bitsOf(weights) };
}
