/**
 * @file The thread that makes all MPI calls of a process, one after the other.
 *
 * A call blocks until all ranks have made it; here it holds up nobody, so that kernels run beside it and Ctrl-C
 * is heard. Large sums are taken in pieces, which libraries do faster and in less memory than whole.
 * Previous stop: `openMpi.node.ts`.
 */
import { parentPort, workerData } from 'node:worker_threads';
import { FoveaError, messageOf, unreachable } from '../../base/errors.ts';
import { at } from '../../base/lists.ts';
import { halfSum } from './halfSum.ts';
import { loadMpi, type MpiLibrary, type MpiRanks } from './libraries.node.ts';
import type { MpiAnswer, MpiRequest, MpiStart } from './protocol.ts';

/** Numbers of one call: 4 MiB of float32. */
const PIECE = 2 ** 20;
/** Bytes of one call: counts are 32-bit. */
const MOST_BYTES = 2 ** 30;

const port = parentPort ?? unreachable('an MPI thread without a process');

async function serve({ launched }: MpiStart): Promise<void> {
  const mpi = await loadMpi(launched);
  const threads = mpi.initialize();
  const [rank, size] = [mpi.rank(), mpi.size()];
  answer(0, { started: { version: mpi.version, rank, size, threads } });
  const groups: MpiRanks[] = [];
  port.on('message', ({ id, request }: { id: number; request: MpiRequest }) => {
    try {
      answer(id, perform(mpi, groups, request));
      if (request.op === 'close') port.close();
    } catch (error) {
      fail(id, error);
    }
  });
}

function perform(mpi: MpiLibrary, groups: MpiRanks[], request: MpiRequest): Omit<MpiAnswer, 'id'> {
  switch (request.op) {
    case 'allReduce': {
      const { numbers, wire, group } = request;
      const ranks = group === undefined ? mpi : at(groups, group, 'group');
      for (let from = 0; from < numbers.length; from += PIECE) {
        const piece = numbers.subarray(from, from + PIECE);
        if (wire === 'float16' && piece instanceof Float32Array)
          halfSum(ranks, piece, ranks.size());
        else ranks.allReduce(piece);
      }
      return {};
    }
    case 'group': {
      const ranks = mpi.split(request.colour);
      const number = groups.push(ranks) - 1;
      return { group: { number, rank: ranks.rank(), size: ranks.size() } };
    }
    case 'sendReceive':
      mpi.sendReceive(request.sent, request.received, request.other);
      return {};
    case 'broadcast':
      for (let at = 0; at < request.bytes.length; at += MOST_BYTES) {
        mpi.broadcast(request.bytes.subarray(at, at + MOST_BYTES));
      }
      return {};
    case 'gather':
      return { gathered: gather(mpi, request.bytes, mpi.size()) };
    case 'barrier':
      mpi.barrier();
      return {};
    case 'close':
      mpi.finalize();
      return {};
  }
}

/** All are sent as long as the longest. */
function gather(mpi: MpiLibrary, bytes: Uint8Array, size: number): Uint8Array[] {
  const lengths = new Float64Array(size);
  lengths[mpi.rank()] = bytes.length;
  mpi.allReduce(lengths);
  const longest = Math.max(1, ...lengths);
  const all = new Uint8Array(size * longest);
  all.set(bytes, mpi.rank() * longest);
  mpi.allGather(all, longest);
  return Array.from(lengths, (length, r) => all.slice(r * longest, r * longest + length));
}

function answer(id: number, rest: Omit<MpiAnswer, 'id'>): void {
  port.postMessage({ id, ...rest } satisfies MpiAnswer);
}

function fail(id: number, error: unknown): void {
  answer(id, {
    failure: error instanceof FoveaError ? error.parts : { problem: messageOf(error) },
  });
}

serve(workerData as MpiStart).catch((error: unknown) => fail(0, error));
