/**
 * @file `fovea lab`: the lab in the browser, served from this machine; with --build as a folder of static files.
 *
 * Parses and prints; what is answered is in `server/`. Next stop: `server/openLab.ts`.
 */
import path from 'node:path';
import { Command, Option } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { builtLab } from '../../server/builtLab.ts';
import { exportLab } from '../../server/exportLab.ts';
import { isLoopback } from '../../server/hosts.ts';
import { openLab } from '../../server/openLab.ts';
import { jsonOption } from '../options/options.ts';
import { INTERRUPTED, untilInterrupted } from '../terminal/interrupt.ts';
import { openBrowser } from '../terminal/openBrowser.ts';
import { type Output, openOutput } from '../terminal/output.ts';

const EXAMPLES = `
Examples:
  $ fovea lab                        on this machine, for this machine alone
  $ fovea lab --open                 and opens it
  $ fovea lab --build public/lab     a folder for any static host, under any path

The lab shows the runs of the folder it is started in. It answers this machine only, unless --host says
otherwise, and only pages opened by the printed link may write. Ctrl-C stops it.`;

interface Options {
  readonly port?: number;
  readonly host: string;
  readonly open?: boolean;
  readonly build?: string;
  readonly isolate?: boolean;
  readonly json?: boolean;
}

export function command(): Command {
  return new Command('lab')
    .description('the lab: windows, networks, training and runs in the browser')
    .addOption(new Option('--port <n>', 'exactly this port (default: a free one)').argParser(port))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option('--open', 'open it in the browser')
    .option('--build <folder>', 'write it as static files instead of serving it')
    .option('--isolate', 'with --build: threads on hosts that send no headers, by a service worker')
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(options: Options): Promise<void> {
  const output = openOutput(options.json ?? false);
  if (options.build === undefined && options.isolate === true)
    throw new UsageError('--isolate is for --build: what is served here is isolated already');
  if (options.build !== undefined) return build(options.build, options, output);
  const lab = await openLab({
    files: await builtLab(output.note),
    folder: process.cwd(),
    host: options.host,
    ...(options.port === undefined ? {} : { port: options.port }),
  });
  const stopped = untilInterrupted();
  const { url, link } = lab;
  output.data({ event: 'lab', url, link, port: lab.port });
  output.text(`The lab: ${link}`);
  if (!isLoopback(options.host))
    output.note('Every machine that reaches this one can open the lab; only the link may write.');
  output.note('Ctrl-C stops it.');
  if (options.open === true && !(await openBrowser(link)))
    output.note('No browser could be opened: open the link yourself.');
  const signal = await stopped;
  await lab.close();
  if (signal === 'SIGINT') process.exitCode = INTERRUPTED;
}

async function build(folder: string, options: Options, output: Output): Promise<void> {
  if (options.open === true || options.port !== undefined) {
    const extra = options.open === true ? '--open' : '--port';
    throw new UsageError(`--build writes files and serves nothing: leave ${extra} out`);
  }
  if (folder.trim() === '') throw new UsageError('--build: received an empty name of a folder');
  const files = await builtLab(output.note);
  const result = await exportLab(files, path.resolve(folder), {
    isolate: options.isolate ?? false,
  });
  output.data({ event: 'built', ...result });
  const size = `${result.files} files, ${(result.bytes / 2 ** 20).toFixed(1)} MiB`;
  output.text(`${result.replaced ? 'The lab was renewed' : 'The lab lies'} in ${folder}: ${size}.`);
}

function port(text: string): number {
  const value = text.trim() === '' ? Number.NaN : Number(text);
  if (Number.isInteger(value) && value >= 1 && value <= 65_535) return value;
  throw new UsageError({
    problem: `received "${text}"`,
    expected: 'a whole number from 1 to 65535',
    where: '--port',
  });
}
