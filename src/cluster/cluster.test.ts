/** @file Ranks without a library: agreement, the environment, sums in half the bytes, ranks in one process. */
import { describe, expect, it } from 'vitest';
import { halfToNumber, numberToHalf } from '../base/halfFloat.ts';
import { checkAgreement } from './agreement.ts';
import { broadcastBytes, type Collectives } from './collectives.ts';
import { inProcessRanks } from './inProcess.ts';
import { launchedBy } from './mpi/environment.ts';
import { halfSum } from './mpi/halfSum.ts';

const onAll = <T>(size: number, task: (ranks: Collectives) => Promise<T>): Promise<T[]> =>
  Promise.all(inProcessRanks(size).map(task));

describe('ranks in one process', () => {
  it('sum, swap, tell and gather', async () => {
    const seen = await onAll(4, async (ranks) => {
      const { rank } = ranks;
      const sums = Float32Array.of(rank, 1);
      const received = new Float32Array(1);
      await ranks.allReduce(sums);
      await ranks.sendReceive(Float32Array.of(rank), received, rank ^ 1);
      const bytes = await broadcastBytes(ranks, rank === 0 ? Uint8Array.of(4, 5) : undefined);
      const gathered = await ranks.gather(new Uint8Array(rank));
      await ranks.barrier();
      const odd = await ranks.group(rank % 2);
      const ofGroup = Float32Array.of(10 ** rank);
      await odd.allReduce(ofGroup);
      return [
        ...[...sums, ...received, ...bytes, ...gathered.map(({ length }) => length)],
        ...[odd.rank, odd.size, ...ofGroup],
      ];
    });
    const groups = [0, 1, 2, 3].map((rank) => [Math.floor(rank / 2), 2, rank % 2 ? 1010 : 101]);
    expect(seen).toEqual(
      [1, 0, 3, 2].map((other, rank) => [6, 4, other, 4, 5, 0, 1, 2, 3, ...groups[rank]]),
    );
  });

  it('are told when they do not do the same', async () => {
    const outcomes = await Promise.allSettled(
      inProcessRanks(2).map((ranks) => ranks.allReduce(new Float32Array(1 + ranks.rank))),
    );
    for (const outcome of outcomes) {
      expect(String((outcome as PromiseRejectedResult).reason)).toMatch(/allReduce of 1 where/);
    }
  });

  it('all end when one does', async () => {
    const [first, second] = inProcessRanks(2);
    const waiting = first.barrier();
    second.abort(1);
    await expect(waiting).rejects.toThrow('rank 1 ended the run');
    // Whoever comes later would wait for ever.
    await expect(first.gather(new Uint8Array())).rejects.toThrow('rank 1 ended the run');
  });

  it('take sums in float64', async () => {
    const parts = [2 ** 24, 1, 1].map((n) => Float32Array.of(n));
    await Promise.all(inProcessRanks(3).map((ranks, r) => ranks.allReduce(parts[r])));
    expect(parts.map(([sum]) => sum)).toEqual([2 ** 24 + 2, 2 ** 24 + 2, 2 ** 24 + 2]);
  });
});

describe('agreement', () => {
  it('is asked of every fact, and every rank says the same', async () => {
    await onAll(3, (ranks) => checkAgreement(ranks, { version: '1', data: 'digits' }));
    const outcomes = await Promise.allSettled(
      inProcessRanks(3).map((ranks) =>
        checkAgreement(ranks, { version: '1', data: ranks.rank === 2 ? 'mnist' : 'digits' }),
      ),
    );
    for (const outcome of outcomes) {
      const words = String((outcome as PromiseRejectedResult).reason);
      expect(words).toMatch(/rank 2 has another data than rank 0: mnist\n.*expected: digits/);
    }
  });

  const refusalOf = async (own: (rank: number) => Record<string, string>) => {
    const [outcome] = await Promise.allSettled(
      inProcessRanks(2).map((ranks) => checkAgreement(ranks, own(ranks.rank))),
    );
    return String((outcome as PromiseRejectedResult).reason);
  };

  it('is broken by what one rank alone says', async () => {
    const words = await refusalOf((rank): Record<string, string> => (rank === 0 ? {} : { a: 'b' }));
    expect(words).toMatch(/another a than rank 0: b\n.*expected: none/);
    expect(await refusalOf((rank) => (rank === 1 ? {} : { a: 'b' }))).toMatch(/rank 0: none\n/);
  });

  it('shows of long facts the place where they part', async () => {
    const words = await refusalOf((rank) => ({
      model: `${'x'.repeat(5000)}${rank}${'y'.repeat(5000)}`,
    }));
    expect(words).toMatch(/rank 0: \.\.\.x+1y+\.\.\.\n/);
    expect(words).toMatch(/expected: \.\.\.x+0y+\.\.\., as rank 0 has/);
    expect(words.length).toBeLessThan(1000);
  });
});

describe('the environment', () => {
  const cases: [string, Record<string, string>, object | undefined][] = [
    ['by itself', {}, undefined],
    [
      'Open MPI',
      { OMPI_COMM_WORLD_SIZE: '4', OMPI_COMM_WORLD_RANK: '3' },
      { by: 'mpirun of Open MPI', family: 'Open MPI', size: 4, rank: 3 },
    ],
    [
      'MPICH',
      { PMI_SIZE: '2', PMI_RANK: '0', MPI_LOCALNRANKS: '1', MPI_LOCALRANKID: '0' },
      { by: 'mpirun of MPICH', family: 'MPICH', size: 2, rank: 0 },
    ],
    ['a batch script, which is no rank', { SLURM_NTASKS: '8', SLURM_PROCID: '0' }, undefined],
    [
      'srun, which sets what MPICH sets too',
      { SLURM_NTASKS: '8', SLURM_PROCID: '5', SLURM_STEP_ID: '0', PMI_SIZE: '8', PMI_RANK: '5' },
      { by: 'srun', size: 8, rank: 5 },
    ],
    [
      'srun of fewer tasks than the batch has',
      {
        ...{ SLURM_STEP_NUM_TASKS: '2', SLURM_NTASKS: '8' },
        SLURM_PROCID: '1',
        SLURM_STEP_ID: '3',
      },
      { by: 'srun', size: 2, rank: 1 },
    ],
    [
      'MPICH, of ranks on this machine alone',
      { MPI_LOCALNRANKS: '3', MPI_LOCALRANKID: '2' },
      { by: 'mpirun of MPICH', family: 'MPICH', size: 3, rank: 2 },
    ],
    ['no number', { PMI_SIZE: 'many', PMI_RANK: '0' }, undefined],
    ['nobody', { PMI_SIZE: '0', PMI_RANK: '0' }, undefined],
  ];
  it.each(cases)('says who started the process: %s', (_, environment, expected) => {
    expect(launchedBy(environment)).toEqual(expected);
  });
});

describe('sums in half the bytes', () => {
  it('are of float16, rounded to the nearest', () => {
    for (let bits = 0; bits < 0x7c00; bits++) {
      expect(numberToHalf(halfToNumber(bits))).toBe(bits);
      const middle = (halfToNumber(bits) + halfToNumber(bits + 1)) / 2;
      if (bits < 0x7bff) expect(numberToHalf(-middle)).toBe(0x8000 | (bits + (bits & 1)));
    }
    expect([65520, Number.NaN, Number.POSITIVE_INFINITY, 2 ** -26].map(numberToHalf)).toEqual([
      0x7c00, 0x7e00, 0x7c00, 0,
    ]);
  });

  it('round every addend of ranks in one process, and then the sum', async () => {
    // Each 2049 goes to 2048, the even neighbour; the plain sum, 6147, would go to 6148.
    const parts = [0, 1, 2].map((r) => Float32Array.of(2049, r === 0 ? 2048 : 0.5));
    await Promise.all(inProcessRanks(3).map((rank, r) => rank.allReduce(parts[r], 'float16')));
    // 2048 + 1/2 + 1/2 is no float16 and goes to 2048.
    for (const sums of parts) expect([...sums]).toEqual([6144, 2048]);
  });

  it('keep to the error that is said, in any number of parts', () => {
    for (const size of [1, 2, 3]) {
      const all = Array.from({ length: size }, (_, r) =>
        Float32Array.from({ length: 11 }, (_, i) => Math.sin(1 + 7 * r + i)),
      );
      const sums = halfSumOf(all);
      all[0].forEach((_, i) => {
        const exact = all.reduce((sum, numbers) => sum + numbers[i], 0);
        const magnitudes = all.reduce((sum, numbers) => sum + Math.abs(numbers[i]), 0);
        const allowed = 2 ** -11 * magnitudes * (1 + 2 ** -11) + 2 ** -11 * Math.abs(exact);
        expect(Math.abs(sums[0][i] - exact)).toBeLessThanOrEqual(allowed);
      });
      for (const sum of sums) expect(sum).toEqual(sums[0]);
    }
  });
});

/** `halfSum` of several ranks; what they send each other is played back until it is known. */
function halfSumOf(all: readonly Float32Array[]): Float32Array[] {
  const size = all.length;
  const sent: Uint8Array[] = [];
  const gathered: Uint8Array[] = [];
  const pass = () =>
    all.map((numbers, rank) => {
      const own = numbers.slice();
      const mpi = {
        rank: () => rank,
        allToAll: (from: Uint8Array, to: Uint8Array, part: number) => {
          sent[rank] = from.slice();
          sent.forEach((bytes, r) => {
            to.set(bytes.subarray(rank * part, (rank + 1) * part), r * part);
          });
        },
        allGather: (bytes: Uint8Array, part: number) => {
          gathered[rank] = bytes.slice(rank * part, (rank + 1) * part);
          gathered.forEach((bytesOf, r) => {
            bytes.set(bytesOf, r * part);
          });
        },
      };
      halfSum(mpi, own, size);
      return own;
    });
  for (let i = 0; i < size; i++) pass();
  return pass();
}
