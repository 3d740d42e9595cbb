/**
 * @file The MPI libraries, called by koffi: which are looked for, what each calls its things, and the calls made.
 *
 * MPI's standard fixes names and arguments, not what a handle is: an address in Open MPI, a number in MPICH
 * (whose ABI Intel MPI and MVAPICH share). Which one was loaded it says itself before it is started.
 * Next stop: `mpiThread.node.ts`, which makes the calls.
 */
import type koffi from 'koffi';
import { FoveaError, messageOf } from '../../base/errors.ts';
import { first } from '../../base/lists.ts';
import type { Numbers } from '../collectives.ts';
import type { Launched, MpiFamily } from './environment.ts';

/** Names on Linux and macOS; the family is what is expected behind them. */
const LIBRARIES: readonly { readonly file: string; readonly family: MpiFamily }[] = [
  { file: 'libmpi.so.40', family: 'Open MPI' },
  { file: 'libmpich.so.12', family: 'MPICH' },
  { file: 'libmpi.so.12', family: 'MPICH' },
  { file: 'libmpi.40.dylib', family: 'Open MPI' },
  { file: 'libmpi.12.dylib', family: 'MPICH' },
];

/** An address, or a number. */
type Handle = unknown;

interface Handles {
  readonly world: Handle;
  readonly float: Handle;
  readonly double: Handle;
  readonly int: Handle;
  readonly byte: Handle;
  readonly sum: Handle;
  readonly errorsReturn: Handle;
  /** MPI_IN_PLACE and MPI_STATUS_IGNORE. */
  readonly inPlace: number;
  readonly ignoreStatus: number;
}

/** Of mpi.h of MPICH 3 and later; its ABI is promised not to change. */
const MPICH_HANDLES: Handles = {
  world: 0x44000000,
  float: 0x4c00040a,
  double: 0x4c00080b,
  int: 0x4c000405,
  byte: 0x4c00010d,
  sum: 0x58000003,
  errorsReturn: 0x54000001,
  inPlace: -1,
  ignoreStatus: 1,
};

/** All ranks, or some of them that belong together. */
export interface MpiRanks {
  rank(): number;
  size(): number;
  /** In place. */
  allReduce(numbers: Numbers): void;
  /** `part` bytes of `sent` to each rank. */
  allToAll(sent: Uint8Array, received: Uint8Array, part: number): void;
  /** In place: `part` bytes of each rank at its place. */
  allGather(bytes: Uint8Array, part: number): void;
}

export interface MpiLibrary extends MpiRanks {
  readonly family: MpiFamily;
  /** "Open MPI 4.1.4" */
  readonly version: string;
  /** Starts the library; gives the level of thread support. */
  initialize(): number;
  /** Those that say the same, numbered in their order; called by all. */
  split(colour: number): MpiRanks;
  sendReceive(sent: Uint8Array, received: Uint8Array, other: number): void;
  broadcast(bytes: Uint8Array): void;
  barrier(): void;
  abort(code: number): void;
  finalize(): void;
}

type Koffi = typeof koffi;
type Foreign = (...given: unknown[]) => number;

/** Loads the library that fits the launcher, else the first there is; `named` is the one to take. */
export async function loadMpi(
  launched: Launched | undefined,
  named: string | undefined = process.env.FOVEA_MPI,
): Promise<MpiLibrary> {
  const k = await loadKoffi();
  const isWanted = ({ family }: { family: MpiFamily }) => family === launched?.family;
  const files =
    named === undefined || named === ''
      ? [...LIBRARIES.filter(isWanted), ...LIBRARIES.filter((l) => !isWanted(l))].map((l) => l.file)
      : [named];
  for (const file of files) {
    let library: ReturnType<Koffi['load']>;
    try {
      library = k.load(file);
    } catch {
      continue;
    }
    return bind(k, library, file);
  }
  throw noLibrary(launched, named);
}

async function loadKoffi(): Promise<Koffi> {
  try {
    return (await import('koffi')).default;
  } catch (error) {
    throw new FoveaError({
      problem: `the package koffi, which calls MPI, cannot be loaded (${messageOf(error)})`,
      expected: 'koffi beside fovea: npm leaves it out where there is none for the machine',
      fix: 'npm install koffi',
    });
  }
}

function bind(k: Koffi, library: ReturnType<Koffi['load']>, file: string): MpiLibrary {
  const call = (name: string, types: readonly string[]): Foreign =>
    library.func(name, 'int', [...types]) as Foreign;
  const version = versionOf(call, file);
  const isOpen = version.startsWith('Open MPI');
  const H = isOpen ? 'void*' : 'int';
  const handles = isOpen ? openMpiHandles(k, library) : MPICH_HANDLES;
  const { world, byte, sum, inPlace, ignoreStatus } = handles;
  const checked = (name: string, types: readonly string[]) => {
    const foreign = call(name, types);
    return (...given: unknown[]): void => {
      const code = foreign(...given);
      if (code !== 0) throw new FoveaError(`${name} failed: ${errorText(call, code)}`);
    };
  };
  const f = {
    init: checked('MPI_Init_thread', ['void*', 'void*', 'int', 'void*']),
    handler: checked('MPI_Comm_set_errhandler', [H, H]),
    rank: checked('MPI_Comm_rank', [H, 'void*']),
    size: checked('MPI_Comm_size', [H, 'void*']),
    allReduce: checked('MPI_Allreduce', ['intptr', 'void*', 'int', H, H, H]),
    allToAll: checked('MPI_Alltoall', ['void*', 'int', H, 'void*', 'int', H, H]),
    allGather: checked('MPI_Allgather', ['intptr', 'int', H, 'void*', 'int', H, H]),
    exchange: checked('MPI_Sendrecv', [
      'void*',
      'int',
      H,
      'int',
      'int',
      'void*',
      'int',
      H,
      'int',
      'int',
      H,
      'intptr',
    ]),
    broadcast: checked('MPI_Bcast', ['void*', 'int', H, 'int', H]),
    split: checked('MPI_Comm_split', [H, 'int', 'int', 'void*']),
    barrier: checked('MPI_Barrier', [H]),
    abort: checked('MPI_Abort', [H, 'int']),
    finalize: checked('MPI_Finalize', []),
  };
  const told = (ask: (handle: Handle, to: Int32Array) => void, ranks: Handle): number => {
    const word = new Int32Array(1);
    ask(ranks, word);
    return first(word, 'answer');
  };
  const among = (ranks: Handle): MpiRanks => ({
    rank: () => told(f.rank, ranks),
    size: () => told(f.size, ranks),
    allReduce: (numbers) =>
      f.allReduce(inPlace, numbers, numbers.length, typeOf(numbers, handles), sum, ranks),
    allToAll: (sent, received, part) => f.allToAll(sent, part, byte, received, part, byte, ranks),
    allGather: (bytes, part) => f.allGather(inPlace, part, byte, bytes, part, byte, ranks),
  });
  return {
    family: isOpen ? 'Open MPI' : 'MPICH',
    version,
    initialize: () => {
      const provided = new Int32Array(1);
      f.init(null, null, THREAD_MULTIPLE, provided);
      f.handler(world, handles.errorsReturn);
      return first(provided, 'level of threads');
    },
    ...among(world),
    split: (colour) => {
      const made = isOpen ? new BigUint64Array(1) : new Int32Array(1);
      f.split(world, colour, 0, made);
      const ranks: Handle = made[0];
      f.handler(ranks, handles.errorsReturn);
      return among(ranks);
    },
    sendReceive: (sent, received, other) => {
      const [s, r] = [sent.length, received.length];
      f.exchange(sent, s, byte, other, 0, received, r, byte, other, 0, world, ignoreStatus);
    },
    broadcast: (bytes) => f.broadcast(bytes, bytes.length, byte, 0, world),
    barrier: () => f.barrier(world),
    abort: (code) => f.abort(world, code),
    finalize: () => f.finalize(),
  };
}

/** Threads may call at any time: the main thread ends the run while another waits in a call. */
export const THREAD_MULTIPLE = 3;

function typeOf(numbers: Numbers, { float, double, int }: Handles): Handle {
  if (numbers instanceof Float32Array) return float;
  return numbers instanceof Float64Array ? double : int;
}

function openMpiHandles(k: Koffi, library: ReturnType<Koffi['load']>): Handles {
  const at = (symbol: string) => k.address(library.symbol(symbol, 'void'));
  return {
    world: at('ompi_mpi_comm_world'),
    float: at('ompi_mpi_float'),
    double: at('ompi_mpi_double'),
    int: at('ompi_mpi_int'),
    byte: at('ompi_mpi_byte'),
    sum: at('ompi_mpi_op_sum'),
    errorsReturn: at('ompi_mpi_errors_return'),
    inPlace: 1,
    ignoreStatus: 0,
  };
}

/** MPI_MAX_LIBRARY_VERSION_STRING is 256 in Open MPI and 8,192 in MPICH. */
const MOST_TEXT = 8192;

/** "Open MPI 4.1.4", "MPICH 4.0.2", or the first line of another's. */
function versionOf(call: (name: string, types: string[]) => Foreign, file: string): string {
  const text = Buffer.alloc(MOST_TEXT);
  const length = new Int32Array(1);
  call('MPI_Get_library_version', ['void*', 'void*'])(text, length);
  const said = text.toString('utf8', 0, length[0]);
  const open = /^Open MPI v(\S+?),/.exec(said);
  if (open !== null) return `Open MPI ${open[1]}`;
  const mpich = /^MPICH Version:\s*(\S+)/.exec(said);
  if (mpich !== null) return `MPICH ${mpich[1]}`;
  if (/MPICH|Intel\(R\) MPI|MVAPICH/.test(said)) return first(said.split('\n'), 'line').trim();
  throw new FoveaError({
    where: file,
    problem: `an MPI library of an unknown kind: ${said.split('\n')[0]}`,
    expected: 'Open MPI, or MPICH and those of its ABI (Intel MPI, MVAPICH)',
  });
}

function errorText(call: (name: string, types: string[]) => Foreign, code: number): string {
  const text = Buffer.alloc(MOST_TEXT);
  const length = new Int32Array(1);
  call('MPI_Error_string', ['int', 'void*', 'void*'])(code, text, length);
  return text.toString('utf8', 0, length[0]);
}

function noLibrary(launched: Launched | undefined, named: string | undefined): FoveaError {
  const debian =
    launched?.family === 'MPICH' ? 'mpich' : launched?.family === 'Open MPI' ? 'openmpi-bin' : '';
  return new FoveaError({
    problem:
      named === undefined || named === ''
        ? 'no MPI library is installed'
        : `the MPI library ${named} (of FOVEA_MPI) cannot be loaded`,
    expected: LIBRARIES.slice(0, 3)
      .map(({ file }) => file)
      .join(', '),
    fix: `on Debian and Ubuntu: apt-get install ${debian || 'openmpi-bin (or mpich)'}`,
  });
}
