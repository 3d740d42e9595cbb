/**
 * @file `fovea runs`: the runs that lie in `runs/` with their figures, or some of them beside one another.
 *
 * Next stop: `records/comparedRuns.ts`, what is said of them.
 */
import path from 'node:path';
import { Command, Option } from 'commander';
import type { ReadableRun } from '../../records/comparedRuns.ts';
import type { ListedRun } from '../../records/listedRun.ts';
import { RUNS, resolveRun } from '../models.ts';
import { jsonOption } from '../options/options.ts';
import { type Output, openOutput, table } from '../terminal/output.ts';
import { quoted, self } from '../terminal/words.ts';

const EXAMPLES = `
Without RUN: all of runs/, the newest first. With RUNs: these in their order, and the options that are not the same in
all of them.

Examples:
  $ fovea runs
  $ fovea runs --sort accuracy --filter mnist
  $ fovea runs lenet5 lenet5-wide           what differs between the two
  $ fovea runs --json | jq -r 'select(.test.accuracy > 0.99) | .name'`;

const SORTS = ['started', 'name', 'accuracy', 'loss', 'epochs'] as const;

interface Options {
  readonly sort: (typeof SORTS)[number];
  readonly filter?: string;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('runs')
    .description('list runs with their figures, or say what differs between some')
    .argument('[run...]', 'folders of runs (runs/lenet5, or bare names)')
    .addOption(new Option('--sort <by>', 'order of the list').choices(SORTS).default('started'))
    .option('--filter <text>', 'runs whose name, model or data contain it')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(runs);
}

async function runs(names: readonly string[], options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { listRuns, runAt } = await import('../../runs/runList.ts');
  const { isReadable } = await import('../../records/comparedRuns.ts');
  const found =
    names.length === 0
      ? await listRuns('.')
      : await Promise.all(names.map((name) => runAt(name, resolveRun(name))));
  const shown = found.filter((run) => isAsked(run, options.filter));
  const readable = await sorted(shown.filter(isReadable), names.length === 0 ? options.sort : null);
  for (const run of readable) output.data({ event: 'run', ...(await factsOf(run)) });
  if (readable.length > 0) output.text(await listOf(readable));
  for (const { name, fault } of shown.filter((run) => !isReadable(run)))
    output.note(`${name} cannot be read: ${fault}`);
  if (readable.length > 1 && names.length > 1) await compare(readable, output);
  if (shown.length === 0) output.note(noneWords(options.filter));
}

function isAsked({ name, record }: ListedRun, filter: string | undefined): boolean {
  if (filter === undefined) return true;
  const data = record === null || record.status === 'imported' ? '' : record.data.name;
  return [name, record?.model ?? '', data].some((words) => words.includes(filter));
}

function noneWords(filter: string | undefined): string {
  const where = path.resolve(RUNS);
  return filter === undefined
    ? `There is no run in ${where}. Train one: ${self()} train lenet5`
    : `No run in ${where} has "${filter}" in its name, model or data.`;
}

/** What a run comes to, as data. */
async function factsOf(run: ReadableRun) {
  const { figuresOf, stateWords, trainingOf } = await import('../../records/comparedRuns.ts');
  const training = trainingOf(run);
  const { epochs, asked, best, test } = figuresOf(run);
  return {
    name: run.name,
    model: run.record.model,
    data: training?.data.name ?? null,
    state: stateWords(run),
    epochs,
    asked,
    best,
    test,
    seconds: run.history.reduce((sum, epoch) => sum + epoch.seconds, 0),
    startedAt: training?.startedAt ?? null,
  };
}

type Facts = Awaited<ReturnType<typeof factsOf>>;

/** By `sort`, the best or newest first; runs without the figure last, and those of equal figures by name. */
async function sorted(
  found: readonly ReadableRun[],
  sort: Options['sort'] | null,
): Promise<readonly ReadableRun[]> {
  if (sort === null) return found;
  const keyed = await Promise.all(found.map(async (run) => ({ run, facts: await factsOf(run) })));
  const rank = ({ facts }: { facts: Facts }): number => -(keyOf(facts, sort) ?? -Infinity);
  return keyed
    .toSorted((a, b) => rank(a) - rank(b) || a.run.name.localeCompare(b.run.name))
    .map(({ run }) => run);
}

/** The larger the earlier. */
function keyOf(
  { test, best, epochs, startedAt }: Facts,
  sort: Options['sort'],
): number | undefined {
  switch (sort) {
    case 'accuracy':
      return test?.accuracy ?? undefined;
    case 'loss':
      return best === null ? undefined : -best.loss;
    case 'epochs':
      return epochs;
    case 'started':
      return startedAt === null ? undefined : Date.parse(startedAt);
    case 'name':
      return 0;
  }
}

async function listOf(found: readonly ReadableRun[]): Promise<string> {
  const { bestOf } = await import('../../records/comparedRuns.ts');
  const best = bestOf(found);
  const rows = await Promise.all(
    found.map(async (run) => {
      const {
        name,
        model,
        data,
        state,
        epochs,
        asked,
        best: least,
        test,
        seconds,
      } = await factsOf(run);
      return [
        name,
        model,
        data ?? '-',
        state,
        asked === null || asked === epochs ? String(epochs) : `${epochs} of ${asked}`,
        least === null ? '-' : `${least.loss.toFixed(4)} at ${least.epoch}`,
        test?.accuracy === undefined || test.accuracy === null
          ? '-'
          : `${test.accuracy.toFixed(4)}${name === best ? ' best' : ''}`,
        epochs === 0 ? '-' : duration(seconds),
      ];
    }),
  );
  const head = ['run', 'model', 'data', 'state', 'epochs', 'least loss', 'test accuracy', 'time'];
  return table([head, ...rows], 4);
}

/** "4.2 s", "2 min 0 s", "3 h 5 min" */
export function duration(seconds: number): string {
  // Rounded first, so that no minute has sixty seconds.
  const whole = Math.round(seconds);
  if (whole < 60) return `${seconds.toFixed(1)} s`;
  const minutes = Math.floor(whole / 60);
  return minutes < 60
    ? `${minutes} min ${whole % 60} s`
    : `${Math.floor(minutes / 60)} h ${minutes % 60} min`;
}

async function compare(found: readonly ReadableRun[], output: Output): Promise<void> {
  const { differencesOf } = await import('../../records/comparedRuns.ts');
  const differences = differencesOf(found);
  output.data({ event: 'differences', runs: found.map(({ name }) => name), differences });
  const words =
    differences.length === 0
      ? 'No option differs.'
      : table(
          [
            ['what differs', ...found.map(({ name }) => name)],
            ...differences.map(({ option, values }) => [option, ...values]),
          ],
          found.length + 1,
        );
  const names = found.map(({ name }) => quoted(name)).join(' ');
  output.text(`\n${words}\n\nTheir curves: ${self()} plot ${names}`);
}
