/**
 * @file `history.json`: one record per finished epoch, checked when it is read back.
 */
import * as z from 'zod/mini';
import { FoveaError } from '../base/errors.ts';
import { parseJson } from '../base/json.ts';
import type { EpochRecord } from '../train/progress.ts';
import { epochRecordSchema } from '../train/snapshots/checkpoint.ts';

const history = z.array(epochRecordSchema);

export function parseHistory(source: Uint8Array | string, where: string): readonly EpochRecord[] {
  const parsed = history.safeParse(parseJson(source, { where, expected: 'the epochs of a run' }));
  if (parsed.success && parsed.data.every(({ epoch }, i) => epoch === i + 1)) return parsed.data;
  const [issue = { path: [], message: 'the epochs are not 1, 2, 3, ...' }] =
    parsed.error?.issues ?? [];
  throw new FoveaError({
    where,
    problem: `${issue.path.join('.') || 'the file'}: ${issue.message}`,
    expected: 'history.json as training writes it',
    fix: 'undo the edit; going on with the run writes it anew',
  });
}
