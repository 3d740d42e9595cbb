/**
 * @file `npm run -s bench:onnx`: how long the ONNX file of a large network takes to come in, and how much memory.
 *
 *   node tools/onnxSpeed.ts [MODEL] [ROUNDS]     default: alexnet, 244 MB, 3 rounds
 *
 * The file is written into a folder of its own for the time of the run. Each round is a process of its own that reads the
 * file, imports it, and keeps it as a run; it says the most memory it ever held (VmHWM of Linux), once after the import
 * and once at its end.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { exportModel } from '../src/interop/exporters.ts';
import { importModel } from '../src/interop/importers.ts';
import { openSource } from '../src/interop/source.node.ts';
import { modelOf } from '../src/models/index.ts';
import { parametersOf } from '../src/nn/network.ts';
import { initialStates } from '../src/nn/programs/programs.ts';
import { keepImport } from '../src/runs/importRun.ts';

/** Milliseconds, and bytes. */
interface Round {
  readonly read: number;
  readonly import: number;
  readonly keep: number;
  readonly imported: number;
  readonly kept: number;
}

async function makeFile(model: string, folder: string): Promise<string> {
  const spec = modelOf(model);
  const states = initialStates(spec, { seed: 1 });
  const weights = new Map(
    parametersOf(spec).map(({ name, shape }) => {
      const data = states.get(name) ?? new Float32Array(0);
      return [name, { shape, data }] as const;
    }),
  );
  const files = await exportModel({ spec, weights, classes: [] }, 'onnx', { name: 'large' });
  const file = join(folder, 'large.onnx');
  writeFileSync(file, files.get('large.onnx') ?? '');
  return file;
}

/** Bytes, the most that this process ever held. */
function most(): number {
  const [, kilobytes] = /VmHWM:\s*(\d+)/.exec(readFileSync('/proc/self/status', 'utf8')) ?? [];
  return 1024 * Number(kilobytes);
}

async function timed<T>(task: () => Promise<T>): Promise<readonly [T, number]> {
  const start = performance.now();
  const made = await task();
  return [made, performance.now() - start];
}

/** In a process of its own. */
async function round(file: string, folder: string): Promise<Round> {
  const [source, read] = await timed(() => openSource(file));
  const [model, imports] = await timed(() => importModel(source));
  const imported = most();
  const from = { file, format: 'onnx', digest: '', preprocessing: 'assumed' } as const;
  const [, keep] = await timed(() => keepImport({ model, from }, folder));
  return { read, import: imports, keep, imported, kept: most() };
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? Number.NaN;

async function measure(model: string, count: number): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'fovea-onnx-'));
  try {
    const file = await makeFile(model, folder);
    const bytes = statSync(file).size;
    const rounds = Array.from({ length: count }, (_, i): Round => {
      const own = join(folder, `run${i}`);
      const args = ['--no-warnings', import.meta.filename, '--round', file, own];
      const round = JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' }));
      rmSync(own, { recursive: true });
      return round;
    });
    const seconds = (of: (round: Round) => number): string =>
      `${(median(rounds.map(of)) / 1000).toFixed(2)} s`;
    const times = (of: (round: Round) => number): string =>
      `${(Math.max(...rounds.map(of)) / bytes).toFixed(2)} times the file`;
    console.log(`${model}: ${(bytes / 1e6).toFixed(1)} MB, medians of ${count}`);
    console.log(`read      ${seconds((one) => one.read)}`);
    console.log(`import    ${seconds((one) => one.import)}`);
    console.log(
      `together  ${seconds((one) => one.read + one.import)}, memory ${times((one) => one.imported)}`,
    );
    console.log(`keep      ${seconds((one) => one.keep)}, memory ${times((one) => one.kept)}`);
  } finally {
    rmSync(folder, { recursive: true });
  }
}

const [first = 'alexnet', second = '3', third = ''] = process.argv.slice(2);
if (first === '--round') console.log(JSON.stringify(await round(second, third)));
else await measure(first, Number(second));
