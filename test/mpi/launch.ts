/** @file Starting ranks under the MPI launchers of this machine, for tests. */
import { type ChildProcessWithoutNullStreams, spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

export interface Launcher {
  readonly library: 'Open MPI' | 'MPICH';
  readonly command: string;
  readonly options: readonly string[];
}

const LAUNCHERS: readonly Launcher[] = [
  { library: 'Open MPI', command: 'mpirun.openmpi', options: ['--oversubscribe'] },
  { library: 'MPICH', command: 'mpirun.mpich', options: [] },
];

const isThere = ({ command }: Launcher) => spawnSync(command, ['--version']).status === 0;

/** What is installed: Debian's openmpi-bin and mpich. */
export const launchers = LAUNCHERS.filter(isThere);
export const missing = LAUNCHERS.filter((l) => !launchers.includes(l)).map((l) => l.library);

export interface Job {
  readonly code: number | null;
  readonly out: string;
  readonly err: string;
  readonly seconds: number;
}

/** Open MPI asks twice whether root may. */
const ENVIRONMENT = { OMPI_ALLOW_RUN_AS_ROOT: '1', OMPI_ALLOW_RUN_AS_ROOT_CONFIRM: '1' };

/** Runs `node FILE ...` as so many ranks; `watch` sees standard output as it comes. */
export function launch(
  { command, options }: Launcher,
  ranks: number,
  given: readonly string[],
  {
    env = {},
    watch = () => undefined,
  }: { env?: NodeJS.ProcessEnv; watch?: (out: string, pid: number) => void } = {},
): Promise<Job> {
  const argv = [...options, '-n', String(ranks), process.execPath, '--no-warnings', ...given];
  return outcomeOf(
    spawn(command, argv, { env: { ...process.env, ...ENVIRONMENT, ...env } }),
    watch,
  );
}

/** The process of a rank that was given this word, found by what the launcher put in its environment. */
export function processOf(rank: number, word: string): number | undefined {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    try {
      const words = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      const environment = readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
      const isRank = [`OMPI_COMM_WORLD_RANK=${rank}`, `PMI_RANK=${rank}`].some((mark) =>
        environment.includes(mark),
      );
      if (words.includes(word) && isRank) return Number(pid);
    } catch {
      // Ended meanwhile, or not ours.
    }
  }
  return undefined;
}

/** The same without a launcher. */
export function launchAlone(
  given: readonly string[],
  watch: (out: string, pid: number) => void = () => undefined,
): Promise<Job> {
  return outcomeOf(spawn(process.execPath, ['--no-warnings', ...given]), watch);
}

function outcomeOf(
  child: ChildProcessWithoutNullStreams,
  watch: (out: string, pid: number) => void,
): Promise<Job> {
  const began = performance.now();
  let [out, err] = ['', ''];
  child.stdout.on('data', (text: Buffer) => {
    out += String(text);
    watch(out, child.pid ?? 0);
  });
  child.stderr.on('data', (text: Buffer) => {
    err += String(text);
  });
  return new Promise((resolve) => {
    child.on('close', (code) => {
      resolve({ code, out, err, seconds: (performance.now() - began) / 1000 });
    });
  });
}

/** The lines of JSON that ranks printed, in the order of ranks. */
export function linesOf<T extends { rank: number }>({ out }: Job): T[] {
  const lines = out.split('\n').filter((line) => line.startsWith('{'));
  return lines.map((line) => JSON.parse(line) as T).sort((a, b) => a.rank - b.rank);
}
