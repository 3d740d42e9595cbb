/**
 * @file What a layer of a saved run makes of test pictures, in two dimensions: `fovea embed RUN`.
 *
 * Next stop: `train/embedding/embedding.ts`.
 */
import { pictureNames } from '../data/pictureNames.ts';
import { picturesOf } from '../data/pictures.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { drawEmbedding, type EmbeddingPictures } from '../train/drawing/embeddingDrawing.ts';
import { type Embedding, type EmbedOptions, embed } from '../train/embedding/embedding.ts';
import { type TestedRun, type TestRequest, withTestedRun } from './testedRun.ts';

export interface EmbedRequest extends Omit<TestRequest, 'crops'>, Omit<EmbedOptions, 'reading'> {
  /** Draws the pictures in place of points. */
  readonly hasPictures?: boolean | undefined;
}

export interface EmbeddedRun extends Embedding {
  readonly model: string;
  readonly dataset: string;
  readonly classes: readonly string[];
  /** SVG. */
  readonly drawing: string;
  /** The file of a test picture; undefined where pictures have none. */
  nameOf(index: number): string | undefined;
}

export function embedRun(request: EmbedRequest): Promise<EmbeddedRun> {
  return withTestedRun({ ...request, rebuilds: true }, async (tested) => {
    const { spec, weights, dataset, reading, session } = tested;
    const { layer, method, perplexity, seed, hasPictures = false } = request;
    const options = { layer, method, perplexity, seed, reading };
    const embedding = await embed(session, { spec, weights }, dataset.test, options);
    const { classes, name } = dataset;
    const pictures = hasPictures ? await picturesFor(tested, embedding) : undefined;
    return {
      ...embedding,
      model: spec.name,
      dataset: name,
      classes,
      drawing: drawEmbedding(embedding, classes, `${spec.name}: ${name}`, pictures),
      nameOf: await pictureNames(dataset.test),
    };
  });
}

async function picturesFor(
  { spec, dataset, reading }: TestedRun,
  { indices }: Embedding,
): Promise<EmbeddingPictures> {
  const shape = imageShapeOf(spec);
  const { images } = await picturesOf(dataset.test, [...indices], { ...reading, shape });
  const size = images.length / indices.length;
  const places = new Map(Array.from(indices, (row, i) => [row, i]));
  const pictureOf = (index: number): Uint8Array => {
    const at = places.get(index) ?? 0;
    return images.subarray(at * size, (at + 1) * size);
  };
  return { pictureOf, shape };
}
