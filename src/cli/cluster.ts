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
  Partial<Pick<TrainingOptions, 'syncBatchNorm'>> & { readonly seeds?: unknown };

/** Undefined where this process trains alone. */
export async function openCluster(options: ClusterOptions): Promise<Cluster | undefined> {
  const { cluster, gradients, syncBatchNorm: synchronizedStatistics } = options;
  const launched = launchedBy(process.env);
  if (cluster === 'none' || (cluster === 'auto' && (launched?.size ?? 1) === 1)) return undefined;
  if (options.seeds !== undefined) throw oneSeed();
  const { openMpi } = await import('../cluster/mpi/openMpi.node.ts');
  const ranks = await openMpi();
  if (cluster === 'mpi' && launched === undefined && ranks.size === 1) {
    await ranks.close();
    throw alone();
  }
  return { ranks, gradients, synchronizedStatistics };
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

function alone(): UsageError {
  return new UsageError({
    option: 'cluster',
    problem: 'this process was started alone: there are no ranks to train with',
    expected: 'to be started by mpirun or srun',
    fix: 'mpirun -n 4 fovea train ... (docs/cluster.md)',
  });
}

/** "4 ranks by Open MPI 4.1.4: each takes its rows of every batch" */
export function ranksLine({ ranks, gradients, synchronizedStatistics }: Cluster): string {
  const half = gradients === 'float16' ? '; gradients travel as float16' : '';
  const statistics = synchronizedStatistics ? '; batch statistics of all rows' : '';
  return `${ranks.size} ranks by ${ranks.name}: each takes its rows of every batch${half}${statistics}`;
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
