/**
 * @file `fovea serve`: trained networks behind HTTP, for programs and pages of this machine or, if asked, of others.
 *
 * Parses and prints. Next stop: `server/models/openModelServer.ts`.
 */
import { availableParallelism } from 'node:os';
import { Command } from 'commander';
import { UsageError } from '../../base/errors.ts';
import { isLoopback } from '../../server/hosts.ts';
import { resolveRun } from '../models.ts';
import { jsonOption, numberOption } from '../options/options.ts';
import { INTERRUPTED, untilInterrupted } from '../terminal/interrupt.ts';
import { openOutput } from '../terminal/output.ts';

/** Where a token may stand, so that it is in no list of processes. */
const TOKEN_VARIABLE = 'FOVEA_TOKEN';

const EXAMPLES = `
Examples:
  $ fovea serve runs/lenet5                       on this machine, for this machine alone
  $ fovea serve runs/lenet5 shirts=runs/fashion   two models, the second under another name
  $ ${TOKEN_VARIABLE}=... fovea serve runs/lenet5 --host 0.0.0.0 --allow-host models.example.org

  $ curl --data-binary @digit.png -H 'Content-Type: image/png' http://127.0.0.1:8129/v1/models/lenet5/predict
  $ curl -F a=@one.png -F b=@two.png http://127.0.0.1:8129/v1/models/lenet5/predict?top=1

/v2 speaks the Open Inference Protocol (KServe), /metrics Prometheus, /openapi.json lists it all, / is a page to try it.
Ctrl-C stops it when what is in hand is answered.`;

interface Options {
  readonly port: number;
  readonly host: string;
  readonly allowHost: readonly string[];
  readonly allowOrigin: readonly string[];
  readonly token?: string;
  readonly workers?: number;
  readonly threads?: number;
  readonly maxBatch?: number;
  readonly maxDelayMs: number;
  readonly maxRequests: number;
  readonly maxBody: number;
  readonly maxPixels: number;
  readonly timeout: number;
  readonly json?: boolean;
}

export function command(): Command {
  const several = (value: string, before: readonly string[]) => [...before, value];
  return new Command('serve')
    .description('answer over HTTP what trained networks say of pictures')
    .argument('<runs...>', 'folders of runs, or NAME=FOLDER')
    .addOption(numberOption('count', '--port <n>', 'port to listen on').default(8129))
    .option('--host <address>', 'address to listen on', '127.0.0.1')
    .option(
      '--allow-host <name>',
      'answer under this name too ("*": any); may be repeated',
      several,
      [],
    )
    .option(
      '--allow-origin <origin>',
      'let pages of this origin ask ("*": any); may be repeated',
      several,
      [],
    )
    .option(
      '--token <text>',
      `ask for "Authorization: Bearer TEXT" (better: the variable ${TOKEN_VARIABLE})`,
    )
    .addOption(
      numberOption(
        'threads',
        '--workers <n>',
        'batches that are answered at the same time',
      ).default(1),
    )
    .addOption(
      numberOption(
        'threads',
        '--threads <n>',
        'threads of each worker (default: all cores, shared among them)',
      ),
    )
    .addOption(
      numberOption(
        'count',
        '--max-batch <n>',
        'most pictures that are answered together (default: up to 16, while that spares work)',
      ),
    )
    .addOption(
      numberOption(
        'notNegative',
        '--max-delay-ms <n>',
        'how long the first of a batch waits for others though a worker is free',
      ).default(0),
    )
    .addOption(
      numberOption(
        'count',
        '--max-requests <n>',
        'requests in hand; the next is told to come back (429)',
      ).default(256),
    )
    .addOption(
      numberOption('count', '--max-body <bytes>', 'most bytes of a request').default(2 ** 24),
    )
    .addOption(
      numberOption('count', '--max-pixels <n>', 'most pixels of a picture file').default(2 ** 25),
    )
    .addOption(
      numberOption(
        'positive',
        '--timeout <seconds>',
        'for a request to arrive, and to be answered',
      ).default(30),
    )
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(run);
}

async function run(runs: readonly string[], options: Options): Promise<void> {
  const { json, maxDelayMs, allowHost, allowOrigin, workers = 1, ...rest } = options;
  const output = openOutput(json === true);
  if (rest.port > 65_535) {
    throw new UsageError({
      where: '--port',
      problem: `received "${rest.port}"`,
      expected: 'a whole number from 1 to 65535',
    });
  }
  const token = options.token ?? process.env[TOKEN_VARIABLE];
  if (token === '') {
    throw new UsageError({
      where: '--token',
      problem: `received an empty token (from --token or ${TOKEN_VARIABLE})`,
      expected: 'a text that is hard to guess, or no token at all',
    });
  }
  const [{ openServed }, { openModelServer }] = await Promise.all([
    import('../../server/models/served.ts'),
    import('../../server/models/openModelServer.ts'),
  ]);
  const models = await openServed(runs, resolveRun);
  const server = await openModelServer({
    ...rest,
    models,
    token,
    workers,
    threads: rest.threads ?? Math.max(1, Math.floor(availableParallelism() / workers)),
    maxDelay: maxDelayMs,
    allowHosts: allowHost,
    allowOrigins: allowOrigin,
    onBug: (error) => console.error(error),
  });
  const { url, port, plan, batches } = server;
  const names = models.map(({ name }) => name);
  output.data({ event: 'serving', url, port, models: names, plan, batches });
  output.text(`Serving ${names.join(', ')} at ${url}`);
  output.note(`${workers} worker${workers === 1 ? '' : 's'}: ${plan}`);
  const most = names.map((name, i) => `${name} ${batches[i]}`).join(', ');
  output.note(`Most pictures answered together: ${most}`);
  if (!isLoopback(rest.host) && token === undefined)
    output.note(
      'Every machine that reaches this one may ask. A token keeps others out: --token, or FOVEA_TOKEN.',
    );
  output.note('Ctrl-C stops it.');
  const signal = await untilInterrupted();
  output.note('Answering what is in hand (Ctrl-C once more to leave at once) ...');
  await server.close();
  if (signal === 'SIGINT') process.exitCode = INTERRUPTED;
}
