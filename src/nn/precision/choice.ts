/**
 * @file The precision that a caller asks for: its settings, checked, and what it is. Mixed precision is loaded where it is
 * asked for. Next stop: `precision.ts`.
 */
import { UsageError } from '../../base/errors.ts';
import { float32, LEAST_SCALE, type StepPrecision } from './precision.ts';

export interface Float16Settings {
  readonly kind: 'float16';
  /** What the loss is multiplied by at first; default 65,536. */
  readonly lossScale?: number | undefined;
  /** Steps with finite gradients after which it doubles; default 2,000. */
  readonly growthInterval?: number | undefined;
}

/** Default 'float32'. */
export type PrecisionChoice = 'float32' | 'float16' | Float16Settings;

/** Throws a UsageError where a setting is not possible. */
export function checkPrecision(choice: PrecisionChoice = 'float32'): void {
  if (choice !== 'float32') settingsOf(choice);
}

/** Throws a UsageError where a setting is not possible. */
export async function precisionOf(choice: PrecisionChoice = 'float32'): Promise<StepPrecision> {
  if (choice === 'float32') return float32;
  const { lossScale, growthInterval } = settingsOf(choice);
  const [{ halved }, { lossScaling }] = await Promise.all([
    import('./halved.ts'),
    import('./lossScaling.ts'),
  ]);
  return { ...lossScaling({ first: lossScale, growthInterval }), rounded: halved };
}

/** What halving and doubling lead to exactly. */
const isScale = (n: number): boolean =>
  Number.isInteger(Math.log2(n)) && n >= LEAST_SCALE && n <= 2 ** 24;

const isCount = (n: number): boolean => Number.isSafeInteger(n) && n >= 1;

function settingsOf(choice: 'float16' | Float16Settings): Float16Settings {
  const settings = choice === 'float16' ? { kind: choice } : choice;
  const { kind, lossScale = 1, growthInterval = 1 } = settings;
  const refused = (problem: string, expected: string) =>
    new UsageError({ option: 'precision', problem, expected });
  if (kind !== 'float16')
    throw refused(`received ${JSON.stringify(kind ?? settings)}`, 'float32 or float16');
  if (!isScale(lossScale))
    throw refused(`received a loss scale of ${lossScale}`, 'a power of two from 1 to 16777216');
  if (!isCount(growthInterval))
    throw refused(
      `received a growth interval of ${growthInterval} steps`,
      'a whole number of at least 1',
    );
  return settings;
}
