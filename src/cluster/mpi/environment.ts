/**
 * @file What the launcher of a process says in its environment: how many ranks it started, and which this is.
 *
 * Asked before any library is loaded: it decides which one, whether there is a cluster at all, and in the end
 * whether the library counted as many ranks as were started. Next stop: `libraries.node.ts`.
 */

/** The two families of libraries: their handles differ, so code for one does not run with the other. */
export type MpiFamily = 'Open MPI' | 'MPICH';

export interface Launched {
  /** "mpirun of Open MPI" */
  readonly by: string;
  /** The library it starts ranks for; absent: it starts for both. */
  readonly family?: MpiFamily;
  readonly size: number;
  readonly rank: number;
}

type Environment = Readonly<Record<string, string | undefined>>;

const LAUNCHERS: readonly {
  readonly by: string;
  readonly family?: MpiFamily;
  readonly size: string;
  readonly rank: string;
  /** Set by this launcher alone. */
  readonly mark?: string;
}[] = [
  {
    by: 'mpirun of Open MPI',
    family: 'Open MPI',
    size: 'OMPI_COMM_WORLD_SIZE',
    rank: 'OMPI_COMM_WORLD_RANK',
  },
  // A batch script has SLURM_NTASKS too and is no rank; srun alone numbers steps.
  { by: 'srun', size: 'SLURM_STEP_NUM_TASKS', rank: 'SLURM_PROCID', mark: 'SLURM_STEP_ID' },
  { by: 'srun', size: 'SLURM_NTASKS', rank: 'SLURM_PROCID', mark: 'SLURM_STEP_ID' },
  { by: 'mpirun of MPICH', family: 'MPICH', size: 'PMI_SIZE', rank: 'PMI_RANK' },
  { by: 'mpirun of MPICH', family: 'MPICH', size: 'MPI_LOCALNRANKS', rank: 'MPI_LOCALRANKID' },
];

/** Undefined where the process was started by itself. */
export function launchedBy(environment: Environment): Launched | undefined {
  for (const { by, family, size, rank, mark } of LAUNCHERS) {
    if (mark !== undefined && environment[mark] === undefined) continue;
    const [n, r] = [environment[size], environment[rank]].map(countOf);
    if (n === undefined || r === undefined || n < 1) continue;
    return { by, size: n, rank: r, ...(family === undefined ? {} : { family }) };
  }
  return undefined;
}

const countOf = (text: string | undefined): number | undefined =>
  text !== undefined && /^\d+$/.test(text) ? Number(text) : undefined;
