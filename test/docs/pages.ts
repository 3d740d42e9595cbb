/**
 * @file Runs what stands on a page of the documents, block by block, in the order of the page.
 *
 *   ```ts      a module: kept beside the tests as a file too (so that it is type-checked), and imported; where the
 *              page says that its blocks "are one program", all of them together
 *   ```text    what the module before it prints
 *   ```sh      its lines that begin with "fovea" are run and must end well
 *   ```        where it begins with "$ fovea ...": run, and the lines below the command are its answer
 *
 * Of answers a line "..." stands for any lines, and "..." at the end of a line for its rest. Commands run in this
 * process, without a start of Node for each.
 */
import { readFileSync } from 'node:fs';
import { format } from 'node:util';
import { Command, CommanderError } from 'commander';
import { vi } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { errorWords } from '../../src/cli/terminal/errorWords.ts';
import { usageErrorOf } from '../../src/cli/terminal/usage.ts';

export type Step =
  | { readonly kind: 'module'; readonly name: string; readonly code: string }
  | { readonly kind: 'printed'; readonly lines: readonly string[] }
  | { readonly kind: 'command'; readonly command: string }
  | { readonly kind: 'answer'; readonly command: string; readonly lines: readonly string[] };

const FENCE = /^```(\w*)\n(.*?)^```$/gms;

/**
 * What a page holds to be run. Modules are called by the page and their place on it ("own-data-1"), or by the page
 * alone where they are one.
 */
export function stepsOf(page: string): Step[] {
  const text = readFileSync(page, 'utf8');
  const base = page.replace(/^.*\/|\.md$/g, '');
  const blocks = [...text.matchAll(FENCE)];
  if (text.includes('are one program')) {
    const code = blocks.filter(([, language]) => language === 'ts').map(([, , body]) => body);
    return [{ kind: 'module', name: base, code: code.join('\n') }];
  }
  let modules = 0;
  return blocks.flatMap(([, language, body]): Step[] => {
    const lines = body.trimEnd().split('\n');
    if (language === 'ts') {
      modules += 1;
      return [{ kind: 'module', name: `${base}-${modules}`, code: body }];
    }
    if (language === 'text') return [{ kind: 'printed', lines }];
    if (language === 'sh') return commandsIn(lines);
    return body.startsWith('$ fovea ') ? answersIn(body) : [];
  });
}

function commandsIn(lines: readonly string[]): Step[] {
  return lines
    .filter((line) => line.startsWith('fovea '))
    .map((command) => ({ kind: 'command', command }));
}

function answersIn(body: string): Step[] {
  return body
    .split(/^\$ (?=fovea )/m)
    .slice(1)
    .map((part) => {
      const [command, ...lines] = part.trimEnd().split('\n');
      return { kind: 'answer', command, lines };
    });
}

export interface Answered {
  /** Standard output and standard error, as they came. */
  readonly text: string;
  readonly failed: boolean;
}

/** Runs one line of the command line; what follows " #" is a comment. */
export async function runCommand(line: string): Promise<Answered> {
  const words = [...line.split(' #')[0].matchAll(/"([^"]*)"|'([^']*)'|(\S+)/g)].map(
    ([, double, single, bare]) => double ?? single ?? bare,
  );
  const [, name, ...args] = words;
  const { command } = (await import(`../../src/cli/commands/${name}.ts`)) as { command(): Command };
  const written: string[] = [];
  const spies = [process.stdout, process.stderr].map((stream) =>
    vi.spyOn(stream, 'write').mockImplementation((chunk) => written.push(String(chunk)) > 0),
  );
  try {
    await quiet(new Command('fovea').addCommand(command())).parseAsync([name, ...args], {
      from: 'user',
    });
    return { text: written.join(''), failed: false };
  } catch (error) {
    const said = error instanceof CommanderError ? usageErrorOf(error, name) : error;
    if (!(said instanceof FoveaError)) throw error;
    return { text: `${written.join('')}${errorWords(said)}\n`, failed: true };
  } finally {
    for (const spy of spies) spy.mockRestore();
  }
}

/** Ends in an error, not in the end of the process. */
function quiet(command: Command): Command {
  command.exitOverride().configureOutput({ outputError: () => undefined });
  for (const child of command.commands) quiet(child);
  return command;
}

/** Imports a module and gives what it prints. */
export async function printedBy(load: () => Promise<unknown>): Promise<string> {
  const printed: string[] = [];
  const log = vi.spyOn(console, 'log').mockImplementation((...words) => {
    printed.push(format(...words));
  });
  try {
    await load();
  } finally {
    log.mockRestore();
  }
  return printed.join('\n');
}

/** The first line of `told` that `text` does not hold where it should; undefined where all are there. */
export function firstUntold(told: readonly string[], text: string): string | undefined {
  const lines = text.split('\n').map((line) => line.trimEnd());
  let [at, mayskip] = [0, false];
  for (const line of told.map((one) => one.trimEnd())) {
    if (line.trim() === '...') {
      mayskip = true;
      continue;
    }
    const fits = line.endsWith('...')
      ? (given: string) => given.startsWith(line.slice(0, -3).trimEnd())
      : (given: string) => given === line;
    const found = mayskip ? lines.findIndex((given, i) => i >= at && fits(given)) : at;
    if (found < 0 || found >= lines.length || !fits(lines[found])) return line;
    [at, mayskip] = [found + 1, false];
  }
  return undefined;
}
