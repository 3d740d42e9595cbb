/**
 * @file The command line: finds the command, runs it, and turns its end into an exit code.
 *
 * 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C. A mistake of the user prints what was
 * received, what was expected and how to mend it; a mistake of ours prints its stack. Only the command
 * that was asked for is loaded: start-up time is part of every command's time.
 * Previous stop: `main.ts`; next stop: `commands/train.ts`.
 */
import { Command, CommanderError } from 'commander';
import { FoveaError, UsageError, unknownName } from '../base/errors.ts';
import { version } from '../base/version.ts';
import { errorWords } from './terminal/errorWords.ts';
import { usageErrorOf } from './terminal/usage.ts';
import { proseWidth, wrapped } from './terminal/wrap.ts';

interface CommandModule {
  /** The commander command: arguments, options, help and action. */
  command(): Command;
}

/** One line per command. */
const COMMANDS: Readonly<Record<string, () => Promise<CommandModule>>> = {
  init: () => import('./commands/init.ts'),
  train: () => import('./commands/train.ts'),
  evaluate: () => import('./commands/evaluate.ts'),
  calibrate: () => import('./commands/calibrate.ts'),
  predict: () => import('./commands/predict.ts'),
  summary: () => import('./commands/summary.ts'),
  inspect: () => import('./commands/inspect.ts'),
  bench: () => import('./commands/bench.ts'),
  data: () => import('./commands/data.ts'),
  window: () => import('./commands/window.ts'),
  compare: () => import('./commands/compare.ts'),
  look: () => import('./commands/look.ts'),
  explain: () => import('./commands/explain.ts'),
  embed: () => import('./commands/embed.ts'),
  runs: () => import('./commands/runs.ts'),
  plot: () => import('./commands/plot.ts'),
  report: () => import('./commands/report.ts'),
  study: () => import('./commands/study.ts'),
  sweep: () => import('./commands/sweep.ts'),
  lab: () => import('./commands/lab.ts'),
  serve: () => import('./commands/serve.ts'),
  import: () => import('./commands/import.ts'),
  export: () => import('./commands/export.ts'),
};

const EXAMPLES = `
Examples:
  $ fovea train lenet5                       train on the built-in digits, in a minute
  $ fovea train lenet5 --data mnist --epochs 3 --validation-split 0.2 --seed 1
  $ fovea evaluate runs/lenet5
  $ fovea predict runs/lenet5 digit.png
  $ fovea summary lenet5
  $ fovea import net.onnx --check --data mnist
  $ fovea export runs/lenet5 --to safetensors
  $ fovea lab --open                         all of it in the browser

Every command explains itself: fovea train --help. With --json a command prints JSON lines only.
Exit codes: 0 done, 1 failed, 2 wrong usage, 130 stopped by Ctrl-C.`;

/** Runs what was typed after "fovea"; whatever ends it in an error is printed, and is the process's exit code. */
export async function runCommandLine(words: readonly string[]): Promise<void> {
  try {
    await run(words);
  } catch (error) {
    process.exitCode = report(error, words);
  }
}

async function run(words: readonly string[]): Promise<void> {
  const program = new Command('fovea')
    .description('Convolutional networks: see them, train them, ship them.')
    .version(version, '-V, --version', 'print the version')
    .addHelpText('after', EXAMPLES);
  const asked = words[0] ?? '';
  const known = Object.keys(COMMANDS);
  const isGeneral = asked === '' || asked.startsWith('-') || asked === 'help';
  if (!isGeneral && !Object.hasOwn(COMMANDS, asked)) {
    throw unknownName('command', asked, known, true);
  }
  for (const [name, load] of Object.entries(COMMANDS)) {
    if (isGeneral || name === asked) program.addCommand((await load()).command());
  }
  throwInsteadOfExit(program);
  await program.parseAsync(words, { from: 'user' });
}

/** Commander ends the process on its own by default; here every end passes through `main`. */
function throwInsteadOfExit(command: Command): void {
  command.exitOverride();
  command.configureOutput({ outputError: () => undefined });
  for (const child of command.commands) throwInsteadOfExit(child);
}

/** The command that was asked for, for the hint. */
function commandIn([asked = '']: readonly string[]): string {
  return Object.hasOwn(COMMANDS, asked) ? asked : '';
}

/** Prints what went wrong; gives the exit code. */
function report(error: unknown, words: readonly string[]): number {
  if (error instanceof CommanderError) {
    if (error.exitCode === 0) return 0;
    // No command, or "fovea data" alone: the help has been printed.
    if (error.code === 'commander.help') return 2;
    return report(usageErrorOf(error, commandIn(words)), words);
  }
  if (error instanceof FoveaError) {
    const said = `${error instanceof UsageError ? '' : 'error: '}${errorWords(error)}`;
    note(wrapped(said, proseWidth(process.stderr.columns)));
    return error instanceof UsageError ? 2 : 1;
  }
  note(error instanceof Error ? (error.stack ?? error.message) : String(error));
  note('This is a bug in Fovea, not a mistake of yours: please report it with these lines.');
  return 1;
}

function note(line: string): void {
  process.stderr.write(`${line}\n`);
}
