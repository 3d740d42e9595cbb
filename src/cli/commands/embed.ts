/**
 * @file `fovea embed`: test pictures as points of a plane, by what a layer of a trained network makes of them.
 *
 * Next stop: `runs/embedRun.ts`.
 */
import { Command, Option } from 'commander';
import type { EmbeddedRun } from '../../runs/embedRun.ts';
import type { EmbeddingMethod } from '../../train/embedding/embedding.ts';
import { resolveRun } from '../models.ts';
import {
  addBackendOptions,
  type BackendOptions,
  jsonOption,
  numberOption,
  openOptionsOf,
} from '../options/options.ts';
import { checkDrawingName, writeDrawing } from '../picture.ts';
import { openOutput } from '../terminal/output.ts';
import { unreadableNotes } from '../terminal/unreadable.ts';

const EXAMPLES = `
pca shows the two directions in which the numbers vary most; tsne keeps who is near whom, and looks at every pair: it
takes seconds for 1,000 pictures and is refused above 4,000. The same seed gives the same picture.

Examples:
  $ fovea embed runs/lenet5
  $ fovea embed runs/lenet5 --method tsne --out digits.svg
  $ fovea embed runs/lenet5 --layer conv2d_1 --test-count 300 --pictures
  $ fovea embed runs/lenet5 --data mnist --json | jq '.points[0]'`;

/** Pictures that are embedded where nobody says how many. */
const COUNT = 1000;

interface Options extends BackendOptions {
  readonly data?: string;
  readonly testCount: number;
  readonly layer?: string;
  readonly method: EmbeddingMethod;
  readonly perplexity?: number;
  readonly seed?: number;
  readonly pictures?: boolean;
  readonly out: string;
  readonly json?: boolean;
}

export function command(): Command {
  const described = new Command('embed')
    .description('draw test pictures as points of a plane, by what a layer makes of them')
    .argument('<run>', 'folder of a run (runs/lenet5, or its bare name)')
    .option('--data <name>', 'data set (default: the one it was trained on)')
    .addOption(numberOption('count', '--test-count <n>', 'the first n pictures').default(COUNT))
    .option(
      '--layer <name>',
      'whose numbers (default: the last hidden layer; of an auto-encoder the narrowest)',
    )
    .addOption(
      new Option('--method <name>', 'how many numbers become two')
        .choices(['pca', 'tsne'])
        .default('pca'),
    )
    .addOption(
      numberOption('positive', '--perplexity <x>', 'of tsne: about how many neighbours (30)'),
    )
    .addOption(numberOption('seed', '--seed <n>', 'of tsne: of the first points (default: 0)'))
    .option('--pictures', 'the pictures themselves in place of points')
    .option('--out <file>', 'where to draw: .png or .svg', 'embedding.png');
  return addBackendOptions(described)
    .addOption(jsonOption())
    .addHelpText('after', EXAMPLES)
    .action(embed);
}

async function embed(run: string, options: Options): Promise<void> {
  const output = openOutput(options.json === true);
  const { data, testCount, layer, method, perplexity, seed, pictures, out } = options;
  checkDrawingName(out, '--out');
  const { embedRun } = await import('../../runs/embedRun.ts');
  const embedded = await embedRun({
    ...{ folder: resolveRun(run), data, testCount, layer, method, perplexity, seed },
    hasPictures: pictures,
    backend: openOptionsOf(options),
    reading: { onUnreadable: unreadableNotes(output.note) },
    load: { onNote: output.note },
  });
  await writeDrawing(out, embedded.drawing);
  output.text(wordsOf(embedded));
  output.note(`Wrote ${out}`);
  const { model, dataset, numbers, shares, divergence, classes } = embedded;
  output.data({
    ...{ event: 'embedding', model, data: dataset, layer: embedded.layer, numbers, method },
    ...{ shares, divergence },
    points: Array.from(embedded.labels, (label, i) => ({
      x: embedded.points[2 * i],
      y: embedded.points[2 * i + 1],
      class: classes[label] ?? String(label),
      index: embedded.indices[i],
      file: embedded.nameOf(embedded.indices[i] ?? 0),
    })),
    out,
  });
}

function wordsOf({ model, dataset, layer, numbers, labels, shares, divergence }: EmbeddedRun) {
  const of = `${model}: ${labels.length.toLocaleString('en-US')} test pictures of ${dataset} by the ${numbers.toLocaleString('en-US')} numbers of ${layer}`;
  if (shares === null) return `${of}, t-SNE with a divergence of ${(divergence ?? 0).toFixed(3)}`;
  const [first = 0, second = 0] = shares.map((share) => (100 * share).toFixed(1));
  return `${of}: two directions hold ${first} % and ${second} % of what varies`;
}
