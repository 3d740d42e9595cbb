/**
 * @file Whether kernels are planned in pairs: V8 can fuse neighbouring 128-bit operations into 256-bit ones, twice
 * the arithmetic for the same code, if a flag is set.
 *
 * The flag is experimental, and other runtimes take it and do nothing. So pairs are used where they are right
 * (`selfCheck.ts`) and faster: the loop of `peak.ts`, compiled before the flag is set and after, is timed. Both are
 * asked once per process, before any program is compiled. Browsers have no flag to set.
 */
import { inNode } from '../../../base/host.ts';
import type { Features } from './features.ts';
import { peakLoop } from './peak.ts';
import { selfCheck } from './selfCheck.ts';

export interface PairsChoice {
  readonly pairs: boolean;
  readonly reason: string;
}

/** Pairs do about 1.9 times as much where there are any, and 1.0 where there are none. */
const LEAST_GAIN = 1.15;

let chosen: Promise<PairsChoice> | undefined;

/** Decided once per process: a V8 flag holds for all that is compiled after it. */
export function choosePairs(wish: 'auto' | 'off', features: Features): Promise<PairsChoice> {
  if (wish === 'off') return Promise.resolve({ pairs: false, reason: 'pairs turned off' });
  chosen ??= decide(features);
  return chosen;
}

async function decide({ relaxedMadd }: Features): Promise<PairsChoice> {
  if (!inNode) {
    return { pairs: false, reason: 'browsers have no flag for pairs' };
  }
  if (!relaxedMadd)
    return { pairs: false, reason: `Node ${process.versions.node} has no relaxed SIMD` };
  const { setFlag, pairsFlag } = await import('../host.node.ts');
  const flag = pairsFlag();
  if (flag === undefined) return { pairs: false, reason: 'this runtime has no flag for pairs' };
  // Pairs are fused by the optimising compiler alone: without the other one, it makes what is checked.
  setFlag('--no-liftoff');
  const unpaired = compiledPeak('unpaired');
  setFlag(`--${flag}`);
  const gain = gainOf(unpaired, compiledPeak('paired'));
  const isRight = selfCheck();
  setFlag('--liftoff');
  if (isRight && gain > LEAST_GAIN) return { pairs: true, reason: 'self-check passed' };
  setFlag(`--no-${flag}`);
  const reason = isRight ? 'pairs are no faster here' : 'self-check of pairs failed';
  return { pairs: false, reason };
}

/** The loop of neighbouring multiply-adds as the compiler makes it now: it does so at the first call. */
function compiledPeak(name: string): () => void {
  const { run } = peakLoop({ relaxedMadd: true, pairs: true }, name);
  run();
  return run;
}

const ROUNDS = 5;
/** More where other processes blur the picture: below the one no gain is real, above the other each is. */
const MOST_ROUNDS = 50;
const CLEARLY = { none: 1.05, some: 1.4 };

/** How many times as fast the second is: the shortest times of alternate runs. */
export function gainOf(slow: () => void, fast: () => void): number {
  let [slowest, fastest] = [Number.POSITIVE_INFINITY, Number.POSITIVE_INFINITY];
  for (let round = 1; ; round++) {
    slowest = Math.min(slowest, timeOf(slow));
    fastest = Math.min(fastest, timeOf(fast));
    const gain = slowest / fastest;
    const isClear = gain < CLEARLY.none || gain > CLEARLY.some;
    if (round >= MOST_ROUNDS || (round >= ROUNDS && isClear)) return gain;
  }
}

function timeOf(run: () => void): number {
  const began = performance.now();
  run();
  return performance.now() - began;
}
