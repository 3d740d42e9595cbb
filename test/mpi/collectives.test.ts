/** @file The operations of a cluster under real MPI libraries; skipped by name where none is installed. */
import { describe, expect, it } from 'vitest';
import { launch, launchers, linesOf, missing } from './launch.ts';

const PROGRAM = 'test/mpi/collectives.ts';

interface Line {
  readonly rank: number;
  readonly [name: string]: unknown;
}

it.skipIf(missing.length > 0)(
  `runs under both libraries (without: ${missing.join(', ') || 'none'})`,
  () => expect(launchers).toHaveLength(2),
);

describe.each(launchers)('$library', (launcher) => {
  it('does every operation on 2 ranks', async () => {
    const job = await launch(launcher, 2, [PROGRAM]);
    expect(job.err).toBe('');
    const lines = linesOf<Line>(job);
    expect(lines.map(({ rank }) => rank)).toEqual([0, 1]);
    for (const line of lines) {
      expect(line).toMatchObject({
        size: 2,
        long: [3, 3, 3],
        few: [1, 10, -2],
        precise: [0.1 + 1.1],
        received: [1 - line.rank, 7],
        told: [Math.PI],
        groups: [
          [line.rank, 2, 3],
          [0, 1, line.rank + 1],
        ],
        gathered: [1, 2],
      });
      expect(line.name).toMatch(new RegExp(`^${launcher.library} \\d`));
      const half = line.half as number[];
      half.forEach((x, i) => {
        expect(Math.abs(x - 0.3 * (i + 1))).toBeLessThan(0.3 * (i + 1) * 2 ** -10);
      });
    }
    expect(lines[0].half).toEqual(lines[1].half);
  });

  it('is not started under the launcher of another', async () => {
    const other = launcher.library === 'MPICH' ? 'libmpi.so.40' : 'libmpich.so.12';
    const job = await launch(launcher, 2, [PROGRAM], { env: { FOVEA_MPI: other } });
    expect(job.code).not.toBe(0);
    expect(job.out).toBe('');
    expect(job.err).toMatch(/started 2 processes, and .* counts 1|cannot be loaded/);
  });

  it('is said to be missing where it is', async () => {
    const job = await launch(launcher, 2, [PROGRAM], { env: { FOVEA_MPI: 'libnone.so' } });
    expect(job.code).not.toBe(0);
    expect(job.err).toMatch(/libnone\.so \(of FOVEA_MPI\) cannot be loaded/);
    expect(job.err).toMatch(/apt-get install (openmpi-bin|mpich)/);
  });
});
