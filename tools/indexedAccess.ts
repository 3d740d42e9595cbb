/**
 * @file The second half of `npm run types`: TypeScript with `noUncheckedIndexedAccess`, where `list[i]` may be missing.
 *
 * Loops over shapes and flat arrays index by what was checked before, and a check at each place would say nothing;
 * the rooms below are left out, each for its reason. All else must pass. A room without findings is told to
 * leave the list, so that it gets shorter and never longer by accident.
 */
import { spawnSync } from 'node:child_process';

const LOOPS = 'loops over flat arrays and shapes, whose lengths the shape rules have checked';
const EMITTED = 'emitters index axes, lanes, locals and tiles by plans checked before';
const HOT = 'hot loop';
const WEIGHTS = 'loops over kernels, pictures and rows, whose shapes the network says';
const TESTS = 'a test that reads what is not there fails by itself';

/** Rooms and files that are left out, and why. */
export const unchecked: Readonly<Record<string, string>> = {
  'src/ops/': LOOPS,
  'src/backends/wasm/assembler/': EMITTED,
  'src/backends/wasm/emit/': EMITTED,
  'src/backends/wasm/machine/selfCheck.ts': EMITTED,
  'src/backends/wasm/program/program.ts': EMITTED,
  'src/backends/wasm/session.ts': HOT,
  'src/base/halfFloat.ts': HOT,
  'src/base/largest.ts': HOT,
  'src/base/random.ts': HOT,
  'src/cluster/inProcess.ts': LOOPS,
  'src/cluster/mpi/halfSum.ts': LOOPS,
  'src/data/': 'loops over pixels and rows',
  'src/interop/channelOrder.ts': WEIGHTS,
  'src/interop/channelsFirst/': WEIGHTS,
  'src/interop/foldBatchNormalization.ts': WEIGHTS,
  'src/interop/layouts.ts': WEIGHTS,
  'src/interop/pytorch/': WEIGHTS,
  'src/interop/stateDict/torchLayers.ts': WEIGHTS,
  'src/train/': 'loops over rows and classes',
  'test/': TESTS,
};

const isTest = (path: string): boolean => path.endsWith('.test.ts');

export interface Judgement {
  /** Findings in rooms that must pass. */
  readonly failures: readonly string[];
  /** Rooms on the list that have no findings. */
  readonly unneeded: readonly string[];
}

/** What the compiler's lines `path(line,column): error TSn: ...` mean for rooms that are on the list or not. */
export function judge(lines: readonly string[], rooms: readonly string[]): Judgement {
  const failures: string[] = [];
  const found = new Set<string>();
  for (const line of lines) {
    const path = /^(\S.*?)\(\d+,\d+\): error TS\d+:/.exec(line)?.[1];
    if (path === undefined || isTest(path)) continue;
    const room = rooms.find((prefix) => path.startsWith(prefix));
    if (room === undefined) failures.push(line);
    else found.add(room);
  }
  return { failures, unneeded: rooms.filter((room) => !found.has(room)) };
}

if (import.meta.main) {
  const flags = ['--noEmit', '--noUncheckedIndexedAccess', '--pretty', 'false'];
  const { stdout, error } = spawnSync('tsc', flags, {
    encoding: 'utf8',
    shell: process.platform === 'win32',
    maxBuffer: 2 ** 28,
  });
  if (error !== undefined) throw error;
  const { failures, unneeded } = judge(stdout.split(/\r?\n/), Object.keys(unchecked));
  for (const failure of failures) console.log(failure);
  for (const room of unneeded)
    console.log(`${room} has no unchecked access: take it off the list in tools/indexedAccess.ts`);
  process.exitCode = failures.length + unneeded.length > 0 ? 1 : 0;
}
