/**
 * @file What `fovea look` shows without one picture: `--weights`, the filters of layers, and `--excites`, the pictures
 * of the data that excite its units most.
 *
 * Next stop: `train/drawing/weightsDrawing.ts`, `runs/exciteRun.ts`.
 */
import { UsageError } from '../base/errors.ts';
import type { ExcitedRun } from '../runs/exciteRun.ts';
import { type BackendOptions, openOptionsOf } from './options/options.ts';
import { writeDrawing } from './picture.ts';
import { type Output, table } from './terminal/output.ts';
import { unreadableNotes } from './terminal/unreadable.ts';

export interface UnitsOptions extends BackendOptions {
  readonly weights?: boolean;
  readonly excites?: string;
  readonly units?: readonly number[];
  readonly whole?: boolean;
  readonly data?: string;
  readonly testCount?: number;
  readonly layers?: readonly string[];
  readonly maxMaps?: number;
  readonly image?: string;
  readonly index?: number;
  readonly out: string;
}

/** Whether something else is asked for than one picture; throws where that does not go together. */
export function isOfUnits(options: UnitsOptions): boolean {
  const { weights, excites, units, whole, image, index, testCount } = options;
  const asked = [
    ['--weights', weights],
    ['--excites', excites],
    ['--image', image],
    ['--index', index],
  ].flatMap(([name, value]) => (value === undefined ? [] : [String(name)]));
  if (asked.length > 1 && (weights !== undefined || excites !== undefined)) {
    throw new UsageError({
      problem: `received ${asked.join(' and ')}`,
      expected: 'one of --image FILE, --index N, --weights and --excites LAYER',
    });
  }
  if (excites === undefined) {
    const of = { '--units': units, '--whole': whole, '--test-count': testCount };
    const stray = Object.entries(of).find(([, value]) => value !== undefined);
    if (stray !== undefined) {
      throw new UsageError({
        where: stray[0],
        problem: 'there is no layer whose units are asked about',
        expected: '--excites LAYER beside it',
      });
    }
  }
  return weights !== undefined || excites !== undefined;
}

export async function lookAtUnits(
  folder: string,
  options: UnitsOptions,
  output: Output,
): Promise<void> {
  if (options.excites === undefined) await lookAtWeights(folder, options, output);
  else await lookAtExciting(folder, { ...options, excites: options.excites }, output);
  output.note(`Wrote ${options.out}`);
}

async function lookAtWeights(
  folder: string,
  { layers, maxMaps, out }: UnitsOptions,
  output: Output,
): Promise<void> {
  const [{ loadModel }, { drawWeights, filtersOf }] = await Promise.all([
    import('../runs/folder/modelFiles.ts'),
    import('../train/drawing/weightsDrawing.ts'),
  ]);
  const model = await loadModel(folder);
  const found = filtersOf(model, layers);
  await writeDrawing(
    out,
    drawWeights(model, `${model.spec.name}: what it has learned`, { layers, maxMaps }),
  );
  const rows = found.map(({ layer, kind, shape, filters, limit }) => {
    return { layer, kind, filters: filters.length, shape, largest: limit };
  });
  output.text(
    table(
      [
        ['layer', 'kind', 'filters', 'of', 'largest'],
        ...rows.map((row) => [
          row.layer,
          row.kind,
          String(row.filters),
          row.shape.join(' x '),
          row.largest.toPrecision(3),
        ]),
      ],
      2,
    ),
  );
  output.data({ event: 'weights', model: model.spec.name, layers: rows, out });
}

async function lookAtExciting(
  folder: string,
  options: UnitsOptions & { readonly excites: string },
  output: Output,
): Promise<void> {
  const { excites: layer, units, whole: isWhole, data, testCount, out } = options;
  const { exciteRun } = await import('../runs/exciteRun.ts');
  const excited = await exciteRun({
    ...{ folder, layer, units, isWhole, data, testCount },
    backend: { ...openOptionsOf(options), threads: 1 },
    reading: { onUnreadable: unreadableNotes(output.note) },
    load: { onNote: output.note },
  });
  await writeDrawing(out, excited.drawing);
  output.text(wordsOf(excited));
  const { model, dataset, shape, count } = excited;
  output.data({
    ...{ event: 'excites', model, data: dataset, layer, shape, count },
    units: excited.units.map(({ unit, isConstant, pictures }) => ({
      unit,
      isConstant,
      pictures: pictures.map((picture) => ({
        ...picture,
        class: excited.classOf(picture.index),
        file: excited.nameOf(picture.index),
      })),
    })),
    out,
  });
}

/** A line for each unit: how large it gets, and what its pictures show. */
function wordsOf({ layer, dataset, units, count, classOf }: ExcitedRun): string {
  const rows = units.map(({ unit, pictures, isConstant }) => [
    String(unit),
    isConstant ? 'never changes' : (pictures[0]?.value ?? 0).toPrecision(3),
    pictures.map(({ index }) => classOf(index)).join(' '),
  ]);
  return `${layer} on ${count.toLocaleString('en-US')} test pictures of ${dataset}\n${table([['unit', 'largest', 'what its pictures show'], ...rows], 3)}`;
}
