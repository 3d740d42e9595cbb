/**
 * @file The ranks of a command: whether there are others, what each may say, and how a mistake ends them all.
 *
 * Rank 0 alone prints. What goes wrong on one ends all ranks; where it goes wrong on all, rank 0 says so first.
 * Next stop: `cluster/mpi/openMpi.node.ts`.
 */
import os from 'node:os';
import { UsageError } from '../base/errors.ts';
import type { Collectives } from '../cluster/collectives.ts';
import { launchedBy } from '../cluster/mpi/environment.ts';
import type { Cluster } from '../train/events.ts';
import type { TrainingOptions } from './options/trainingOptions.ts';
import type { Output } from './terminal/output.ts';

type ClusterOptions = Pick<TrainingOptions, 'cluster' | 'gradients'> &
  Partial<Pick<TrainingOptions, 'syncBatchNorm' | 'towers'>> & { readonly seeds?: unknown };

/** Undefined where this process trains alone. */
export async function openCluster(options: ClusterOptions): Promise<Cluster | undefined> {
  const { cluster, towers, gradients, syncBatchNorm: synchronizedStatistics } = options;
  const launched = launchedBy(process.env);
  const isAsked = cluster === 'mpi' || towers === 'mpi';
  if (!isAsked && (cluster === 'none' || (launched?.size ?? 1) === 1)) return undefined;
  if (options.seeds !== undefined) throw oneSeed();
  const { openMpi } = await import('../cluster/mpi/openMpi.node.ts');
  const ranks = await openMpi();
  checkTowersAlone(options);
  if (isAsked && launched === undefined && ranks.size === 1) {
    await ranks.close();
    throw alone(towers === 'mpi');
  }
  return towers === 'mpi' ? { ranks, towers: true } : { ranks, gradients, synchronizedStatistics };
}

/** Between towers no gradients of weights travel, and each sees all rows. */
function checkTowersAlone({ cluster, towers, gradients, syncBatchNorm }: ClusterOptions): void {
  if (towers === undefined) return;
  const other =
    (cluster === 'none' && '--cluster none') ||
    (gradients !== undefined && '--gradients') ||
    (syncBatchNorm === true && '--sync-batch-norm');
  if (other === false) return;
  throw new UsageError({
    option: 'towers',
    problem: `received ${other} too`,
    expected: 'one of the two: towers share a network, and other ranks the rows of each batch',
    fix: `leave ${other} out`,
  });
}

/** Which seeds are done already, rank 0 alone could say. */
function oneSeed(): UsageError {
  return new UsageError({
    option: 'seeds',
    problem: 'several runs of several ranks',
    expected: 'one run at a time where ranks train together',
    fix: 'start a job for each --seed, or --cluster none for runs of one process',
  });
}

function alone(isTower: boolean): UsageError {
  return new UsageError({
    option: isTower ? 'towers' : 'cluster',
    problem: 'this process was started alone: there are no ranks to train with',
    expected: 'to be started by mpirun or srun',
    fix: `mpirun -n ${isTower ? 2 : 4} fovea train ... (docs/cluster.md)`,
  });
}

/** "4 ranks by Open MPI 4.1.4: each takes its rows of every batch" */
export function ranksLine({ ranks, towers }: Cluster): string {
  const share =
    towers !== true
      ? 'each takes its rows of every batch'
      : ranks.size === 2
        ? 'each holds one tower'
        : 'each holds one tower, and each pair takes its rows of every batch';
  return `${ranks.size} ranks by ${ranks.name}: ${share}`;
}

/** Threads of one of the ranks on this machine: its share of the cores, or those it was bound to. */
export function threadsOfRank(): number {
  const { OMPI_COMM_WORLD_LOCAL_SIZE, MPI_LOCALNRANKS, SLURM_NTASKS_PER_NODE } = process.env;
  const here = Number(OMPI_COMM_WORLD_LOCAL_SIZE ?? MPI_LOCALNRANKS ?? SLURM_NTASKS_PER_NODE) || 1;
  const [mine, all] = [os.availableParallelism(), os.cpus().length];
  return mine < all ? mine : Math.max(1, Math.floor(all / here));
}

/** What a rank that is not the first says: nothing. */
export const silent: Output = {
  json: false,
  text: () => undefined,
  data: () => undefined,
  note: () => undefined,
};

/** Time that rank 0 has to say what is wrong on all ranks; its end is theirs. */
const FIRST_WORD = 2000;

/** Before an error is printed: lets the process end, and rank 0 speak first. */
export async function failing(ranks: Pick<Collectives, 'rank' | 'abandon'> | undefined) {
  const rank = ranks?.rank ?? launchedBy(process.env)?.rank ?? 0;
  if (rank > 0) await new Promise((resolve) => setTimeout(resolve, FIRST_WORD));
  ranks?.abandon();
}
