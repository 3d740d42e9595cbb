/**
 * @file Trains every model of others on for one epoch of its whole data, and says what it gets right before and after.
 *
 *   node tools/fineTuning.ts [WORDS ...]   those whose path has one of the words; options of `train` after "--"
 *
 * FOVEA_MODELS is the folder of the models, FOVEA_DATA that of the data. Everything is done by the command line, with
 * what holds there unsaid.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { type ForeignModel, foreignModels } from '../test/support/foreignModels.ts';

const MAIN = path.join(import.meta.dirname, '../src/cli/main.ts');

/** The last line of a command's `--json`. */
function asked(words: readonly string[]): Record<string, unknown> {
  const stdout = execFileSync(process.execPath, ['--no-warnings', MAIN, ...words, '--json'], {
    encoding: 'utf8',
    maxBuffer: 2 ** 28,
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  return JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as Record<string, unknown>;
}

const threads = ['--threads', process.env.FOVEA_THREADS ?? '1'];

function trainOn(
  { file, data, preprocess, network }: ForeignModel,
  folder: string,
  more: readonly string[],
) {
  const run = path.join(folder, 'run');
  const tuned = path.join(folder, 'tuned');
  const spec = path.join(folder, 'network.json');
  if (network !== undefined) writeFileSync(spec, JSON.stringify(network));
  const weightsAlone = network === undefined ? [] : ['--model', spec];
  const source = path.join(process.env.FOVEA_MODELS ?? '', file);
  asked(['import', source, '--out', run, '--preprocess', preprocess, ...weightsAlone]);
  const right = (of: string): number =>
    Number(asked(['evaluate', of, '--data', data, ...threads]).accuracy);
  const before = right(run);
  const begin = performance.now();
  asked(['train', run, '--out', tuned, '--data', data, '--epochs', '1', ...threads, ...more]);
  return { before, after: right(tuned), seconds: (performance.now() - begin) / 1000 };
}

const dashes = process.argv.indexOf('--');
const words = process.argv.slice(2, dashes < 0 ? undefined : dashes);
const more = dashes < 0 ? [] : process.argv.slice(dashes + 1);
const chosen = foreignModels.filter(
  ({ file }) => words.length === 0 || words.some((word) => file.includes(word)),
);
if (process.env.FOVEA_MODELS === undefined) throw new Error('FOVEA_MODELS is not set');
console.log('| model | data | right before | after an epoch | change | seconds |');
console.log('| --- | --- | --- | --- | --- | --- |');
const percent = (share: number): string => `${(100 * share).toFixed(2)} %`;
for (const model of chosen) {
  const folder = mkdtempSync(path.join(tmpdir(), 'fovea-fine-tuning-'));
  try {
    const { before, after, seconds } = trainOn(model, folder, more);
    const change = `${after < before ? '' : '+'}${(100 * (after - before)).toFixed(2)}`;
    const cells = [model.file, model.data, percent(before), percent(after), change];
    console.log(`| ${[...cells, seconds.toFixed(0)].join(' | ')} |`);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
