/**
 * @file A network that looks: trained in the page in a second or two on digits, or given with its weights, and then
 * shown picture after picture.
 *
 * Everything runs in the engine's worker. A picture is prepared as `fovea predict` prepares a photograph, and what
 * came of it is what the layers are shown for. Next stop: `page.tsx`.
 */
import {
  coveredPictures,
  type ExcitedPictures,
  type Look,
  type ModelSpec,
  occlusionMap,
  type Picture,
  type Prediction,
  parseModelWords,
  type RemotePredictor,
  type RemoteViewer,
  type TrainedModel,
  type WorkerDataset,
  type WorkerSession,
} from 'fovea/web';
import { modelNamed } from '../../frame/ownModels.ts';
import type { TrainedNetwork } from '../../frame/trainedNetworks.ts';

/** Enough for nine of ten digits right, in a second or two; plain loops, where there is no WebAssembly, take few. */
const PICTURES = 5000;
const PLAIN_PICTURES = 320;
const TESTED = 500;
const EPOCHS = 3;
const BATCH = 32;
const RATE = 0.003;

export type EyeState =
  | { readonly is: 'preparing'; readonly doing: string; readonly share: number }
  | { readonly is: 'ready'; readonly network: SeeingNetwork }
  | { readonly is: 'failed'; readonly error: unknown };

export interface SeeingNetwork {
  readonly spec: ModelSpec;
  readonly classes: readonly string[];
  readonly weights: TrainedModel['weights'];
  readonly title: string;
  /** Of digits it had not seen; null where it was trained elsewhere. */
  readonly accuracy: number | null;
}

/** What a network makes of a picture; no look where there was nothing to read. */
export interface Sight {
  readonly prediction: Prediction;
  readonly look: Look | null;
}

/** A network by words, or one that was trained elsewhere. */
export type Wanted = { readonly words: string } | { readonly network: TrainedNetwork };

interface Open {
  readonly network: SeeingNetwork;
  /** Without weights of its own where it was trained in this session. */
  readonly model: { readonly spec: ModelSpec; readonly weights?: TrainedModel['weights'] };
  readonly predictor: RemotePredictor;
  readonly viewer: RemoteViewer;
}

export class Eye {
  readonly #openEngine: () => Promise<WorkerSession>;
  readonly #tell: (state: EyeState) => void;
  #engine: Promise<WorkerSession> | undefined;
  #digits: Promise<WorkerDataset> | undefined;
  #open: Open | undefined;
  /** Counts what was wanted: the answers to older wishes are dropped. */
  #wish = 0;

  constructor(openEngine: () => Promise<WorkerSession>, tell: (state: EyeState) => void) {
    this.#openEngine = openEngine;
    this.#tell = tell;
  }

  /** Makes a network ready; tells how far it is. */
  async want(find: () => Promise<Wanted>): Promise<void> {
    const wish = ++this.#wish;
    const tell = (state: EyeState) => wish === this.#wish && this.#tell(state);
    try {
      tell({ is: 'preparing', doing: 'Starting the engine', share: 0 });
      const engine = await this.#started();
      await this.#forget(engine);
      const wanted = await find();
      const open =
        'network' in wanted
          ? await this.#given(engine, wanted.network)
          : await this.#trained(engine, wanted.words, tell, () => wish === this.#wish);
      if (open === undefined) return;
      if (wish !== this.#wish) return await closed(open);
      this.#open = open;
      tell({ is: 'ready', network: open.network });
    } catch (error) {
      tell({ is: 'failed', error });
    }
  }

  /** undefined while no network is ready. */
  async see(picture: Picture): Promise<Sight | undefined> {
    const { network, predictor, viewer } = this.#open ?? {};
    if (network === undefined || predictor === undefined || viewer === undefined) return undefined;
    const prediction = await predictor(picture, { top: network.classes.length });
    return { prediction, look: prediction.blank ? null : await viewer(prediction.given) };
  }

  /** What each place of a given picture adds to the answer; undefined while no network is ready. */
  async occlusion(given: Uint8Array, answer: number, size: number) {
    const engine = await this.#engine;
    const { model } = this.#open ?? {};
    if (engine === undefined || model === undefined) return undefined;
    const [H = 1, W = 1, C = 1] = model.spec.inputShape;
    const { pixels, rows, columns } = coveredPictures(given, [H, W, C], { size });
    const { output } = await engine.predictBatch(model, pixels, { batchSize: 64 });
    return output === undefined
      ? undefined
      : { values: occlusionMap(output, answer), rows, columns };
  }

  /** The test digits that excite units of a layer most, with them; undefined while no network is ready. */
  async exciting(layer: string, units: readonly number[]): Promise<ExcitedPictures | undefined> {
    const { model } = this.#open ?? {};
    if (model === undefined) return undefined;
    const engine = await this.#started();
    const { test } = await this.#loadDigits(engine);
    return engine.exciting(model, test, layer, { units });
  }

  /** Pictures of the test digits: the first `count`, with what they show. */
  async samples(count: number) {
    const engine = await this.#started();
    const { test } = await this.#loadDigits(engine);
    return engine.pictures(
      test,
      Array.from({ length: count }, (_, i) => i),
    );
  }

  /** After a loss: what is wanted next opens another engine. */
  async close(): Promise<void> {
    this.#wish++;
    const engine = this.#engine;
    this.#engine = undefined;
    this.#digits = undefined;
    this.#open = undefined;
    await engine?.then((session) => session.close()).catch(() => {});
  }

  /** One engine for all; where it could not be opened, the next wish tries again. */
  #started(): Promise<WorkerSession> {
    this.#engine ??= this.#openEngine().catch((error: unknown) => {
      this.#engine = undefined;
      throw error;
    });
    return this.#engine;
  }

  #loadDigits(engine: WorkerSession): Promise<WorkerDataset> {
    const trainCount = engine.backend === 'reference' ? PLAIN_PICTURES : PICTURES;
    this.#digits ??= engine.loadDataset('digits', { trainCount, testCount: TESTED });
    return this.#digits;
  }

  async #forget(engine: WorkerSession): Promise<void> {
    const open = this.#open;
    this.#open = undefined;
    if (open === undefined) return;
    await closed(open);
    await engine.release(open.network.spec);
  }

  async #given(engine: WorkerSession, trained: TrainedNetwork): Promise<Open> {
    const { spec, weights, classes, title } = trained;
    const network = { spec, weights, classes, title, accuracy: null };
    return opened(engine, network, { spec, weights });
  }

  async #trained(
    engine: WorkerSession,
    words: string,
    tell: (state: EyeState) => void,
    isWanted: () => boolean,
  ): Promise<Open | undefined> {
    const { name, options } = parseModelWords(words);
    const spec = modelNamed(name, options);
    tell({ is: 'preparing', doing: 'Drawing digits', share: 0 });
    const digits = await this.#loadDigits(engine);
    const training = engine.fit(spec, digits, {
      epochs: EPOCHS,
      batchSize: BATCH,
      optimizer: { kind: 'adam', learningRate: RATE },
    });
    for await (const event of training) {
      if (!isWanted()) break;
      if (event.type === 'batch') {
        const share = (event.epoch - 1 + event.batch / event.batches) / event.epochs;
        tell({
          is: 'preparing',
          doing: `Training ${words} on ${digits.train.count} digits`,
          share,
        });
      }
    }
    if (!isWanted()) {
      await engine.release(spec);
      return undefined;
    }
    const { classes } = digits;
    const { accuracy } = await engine.evaluate(spec, digits.test, { classes });
    const weights = await engine.weightsOf(spec);
    return opened(engine, { spec, classes, weights, title: words, accuracy }, { spec });
  }
}

async function opened(
  engine: WorkerSession,
  network: SeeingNetwork,
  model: Open['model'],
): Promise<Open> {
  const { classes } = network;
  const predictor = await engine.openPredictor({ ...model, classes });
  const viewer = await engine.openViewer({ ...model, classes });
  return { network, model, predictor, viewer };
}

async function closed({ predictor, viewer }: Open): Promise<void> {
  await predictor.close();
  await viewer.close();
}
