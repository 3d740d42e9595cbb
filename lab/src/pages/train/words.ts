/**
 * @file What the page says of a run: where it stands, how fast it goes, what to do where it failed.
 */
import { formatCount } from '../../figures/numbers.ts';
import type { RunState } from './machine.ts';
import type { SideRecord } from './record.ts';

/** "Epoch 2 of 3, step 57 of 94": of the network that is furthest behind. */
export function placeInWords(sides: readonly SideRecord[]): string {
  const [first, ...others] = sides;
  if (first === undefined) return '';
  const side = others.reduce((a, b) => (stepsOf(b) < stepsOf(a) ? b : a), first);
  const { epoch, epochs, batch, batches } = side;
  if (epoch >= epochs) return `${epochs} of ${epochs} epochs`;
  return `Epoch ${epoch + 1} of ${epochs}, step ${batch} of ${batches}`;
}

const stepsOf = ({ epoch, batch, batches }: SideRecord): number => epoch * batches + batch;

/** Share of the run that is done, of the network that is furthest behind. */
export function shareDone(sides: readonly SideRecord[]): number {
  const shares = sides.map((side) => stepsOf(side) / Math.max(1, side.epochs * side.batches));
  return shares.length === 0 ? 0 : Math.min(...shares);
}

export function statusInWords(state: RunState): string {
  const { phase, doing, sides } = state;
  switch (phase) {
    case 'idle':
      return 'Ready. Press play, or take a single step.';
    case 'preparing':
      return `${doing}…`;
    case 'running':
      return placeInWords(sides);
    case 'paused':
      return `${placeInWords(sides)}, at rest`;
    case 'done':
      return `Done: ${placeInWords(sides)}`;
    case 'failed':
      return sides.length === 0 ? 'It did not start.' : `Stopped. ${placeInWords(sides)}`;
  }
}

/** "23,400 pictures a second" */
export function speedInWords({ speed }: SideRecord): string {
  return speed === null ? '' : `${formatCount(Number(speed.toPrecision(3)))} pictures a second`;
}

export const PLAIN_LOOPS =
  'WebAssembly is switched off in this browser, so plain loops compute: the same numbers, some hundred times slower. ' +
  'Small batches show progress sooner.';

/** The button beside a failure that can be mended. */
export function goOnInWords(resumesAt: number): string {
  return resumesAt === 0 ? 'Start again' : `Go on from step ${formatCount(resumesAt)}`;
}
