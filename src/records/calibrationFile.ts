/**
 * @file `calibration.json`: the temperature that was fitted to a run's weights, and what it was fitted on.
 *
 * It holds for those weights alone, so it names them. Before: `runs/calibrateRun.ts`, which fits it.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';

const schema = z.object({
  format: z.literal('fovea-calibration-1'),
  /** Probabilities are p^(1/T) over their sum. */
  temperature: z.number().check(z.positive()),
  /** SHA-256 of `weights.safetensors`. */
  weights: z.string(),
  /** The validation pictures of training, or every second test picture from the first on. */
  fittedOn: z.object({
    data: z.string(),
    part: z.enum(['validation', 'half']),
    count: z.int().check(z.positive()),
  }),
});

export type SavedTemperature = z.output<typeof schema>;
export type FittedPart = SavedTemperature['fittedOn']['part'];

export function parseCalibration(source: Uint8Array, where: string): SavedTemperature {
  const parsed = schema.safeParse(parseJson(source, { where, expected: 'a temperature' }));
  if (parsed.success) return parsed.data;
  const [issue = { path: [], message: 'unknown' }] = parsed.error.issues;
  throw new FoveaError({
    where,
    problem: `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    expected: 'calibration.json as "fovea calibrate" writes it',
    fix: 'fit it again',
  });
}

/** "6,000 validation pictures of mnist" */
export function fittedWords({ fittedOn: { data, part, count } }: SavedTemperature): string {
  const pictures = count.toLocaleString('en-US');
  return part === 'validation'
    ? `${pictures} validation pictures of ${data}`
    : `${pictures} test pictures of ${data}, every second one`;
}
