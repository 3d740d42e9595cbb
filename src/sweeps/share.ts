/**
 * @file A sweep that several tasks share: tasks of a Slurm array, or ranks. Each takes every so-manieth run.
 *
 * They need not know of one another: whoever takes the sweep last does what is missing and joins the results. Before:
 * `configurations.ts`. Next stop: `sweepFolder.ts`.
 */
import { UsageError } from '../base/errors.ts';

export interface Share {
  /** From 0. */
  readonly index: number;
  readonly of: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const EXPECTED = 'to be a task of an array (sbatch --array=0-7), or words that say which: 3/8';

/** "3/8", the third of eight; or what Slurm says to a task of an array. */
export function shareOf(said: string | true, environment: Environment): Share {
  if (said === true) return ofArray(environment);
  const [, number, count] = /^(\d+)\/(\d+)$/.exec(said) ?? [];
  const share = { index: Number(number) - 1, of: Number(count) };
  if (share.index >= 0 && share.index < share.of) return share;
  throw new UsageError({ option: 'array', problem: `received "${said}"`, expected: EXPECTED });
}

function ofArray(environment: Environment): Share {
  const [id, least, most, step, count] = ['ID', 'MIN', 'MAX', 'STEP', 'COUNT'].map((name) => {
    const text = environment[`SLURM_ARRAY_TASK_${name}`];
    return text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
  });
  if (id === undefined || least === undefined || most === undefined || count === undefined) {
    throw new UsageError({
      option: 'array',
      problem: 'this is no task of a Slurm array (there is no SLURM_ARRAY_TASK_ID)',
      expected: EXPECTED,
    });
  }
  const index = (id - least) / (step ?? 1);
  // A list with gaps (--array=1,5,9) tells nobody his place in it.
  if (Number.isInteger(index) && index < count && least + (count - 1) * (step ?? 1) === most) {
    return { index, of: count };
  }
  throw new UsageError({
    option: 'array',
    problem: `task ${id} of ${count} from ${least} to ${most}: the numbers have gaps`,
    expected: 'an array without gaps: sbatch --array=0-7',
  });
}

/** The runs of a share. */
export const ofShare = <T>(all: readonly T[], share: Share | undefined): readonly T[] =>
  share === undefined ? all : all.filter((_, i) => i % share.of === share.index);
