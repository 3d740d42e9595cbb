/**
 * @file One case: a seed file, changed, and read. A value or a FoveaError is right; anything else is a finding.
 */
import { FoveaError } from '../../src/base/errors.ts';
import { mutated, oneOf } from './mutate.ts';
import { caseRandom, type Target } from './targets.ts';

/** The bytes of case `number` of a target; case 0, 1, ... of as many as there are seeds are the seeds. */
export function inputOf(name: string, { seeds }: Target, number: number): Uint8Array {
  const own = seeds[number];
  if (own !== undefined) return own;
  const random = caseRandom(name, number);
  const seed = oneOf(seeds, random);
  return mutated(seed, oneOf(seeds, random), random);
}

/** Undefined where all is well; what was thrown where it is no FoveaError. */
export async function runCase(name: string, target: Target, number: number): Promise<unknown> {
  try {
    await target.read(inputOf(name, target, number));
  } catch (error) {
    if (number < target.seeds.length) return error; // a seed is as it should be
    if (!(error instanceof FoveaError)) return error;
  }
  return undefined;
}
