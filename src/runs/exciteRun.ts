/**
 * @file The pictures of a data set that excite a saved run's units most: `fovea look RUN --excites LAYER`.
 *
 * Next stop: `train/prediction/excites.ts`.
 */
import { pictureNames } from '../data/pictureNames.ts';
import { picturesOf } from '../data/pictures.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { drawExcited } from '../train/drawing/excitesDrawing.ts';
import { type Excited, exciting } from '../train/prediction/excites.ts';
import { type TestRequest, withTestedRun } from './testedRun.ts';

export interface ExciteRequest extends Omit<TestRequest, 'crops'> {
  readonly layer: string;
  readonly units?: readonly number[] | undefined;
  /** Whole pictures, with what is seen framed; default: what is seen alone. */
  readonly isWhole?: boolean | undefined;
}

export interface ExcitedRun extends Excited {
  readonly model: string;
  readonly dataset: string;
  /** SVG. */
  readonly drawing: string;
  /** Name of the class of a test picture. */
  classOf(index: number): string;
  /** Its file; undefined where pictures have none. */
  nameOf(index: number): string | undefined;
}

export function exciteRun(request: ExciteRequest): Promise<ExcitedRun> {
  return withTestedRun(
    { ...request, rebuilds: true },
    async ({ spec, weights, dataset, reading, session }) => {
      const { layer, units, isWhole } = request;
      const { test, classes, name } = dataset;
      const excited = await exciting(session, { spec, weights }, test, layer, { units, reading });
      const shape = imageShapeOf(spec);
      const rows = new Set(excited.units.flatMap(({ pictures }) => pictures.map((p) => p.index)));
      const indices = [...rows];
      const { images } = await picturesOf(test, indices, { ...reading, shape });
      const size = images.length / indices.length;
      const pictureOf = (index: number): Uint8Array => {
        const at = indices.indexOf(index);
        return images.subarray(at * size, (at + 1) * size);
      };
      const title = `${spec.name}: what excites ${layer} in ${name}`;
      return {
        ...excited,
        model: spec.name,
        dataset: name,
        drawing: drawExcited(excited, pictureOf, shape, title, { isWhole }),
        classOf: (index) => classes[test.labels[index] ?? -1] ?? String(test.labels[index]),
        nameOf: await pictureNames(test),
      };
    },
  );
}
