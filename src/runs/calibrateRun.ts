/**
 * @file Whether a saved run is as sure as it is right, and the temperature that makes it so: `fovea calibrate RUN`.
 *
 * A temperature is never judged on the pictures it was fitted on. Next stop: `train/evaluation/calibration.ts`.
 */
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import fs from 'node:fs/promises';
import path from 'node:path';
import { advice, FoveaError, setting, UsageError } from '../base/errors.ts';
import { MOST_JSON } from '../base/json.ts';
import { readRegular } from '../base/regularFile.node.ts';
import { validationSplit } from '../data/batches/batches.ts';
import {
  type FittedPart,
  parseCalibration,
  type SavedTemperature,
} from '../records/calibrationFile.ts';
import { jsonText } from '../records/jsonText.ts';
import { isImported, type RunRecord } from '../records/runRecord.ts';
import { type Calibration, calibrationOf } from '../train/evaluation/calibration.ts';
import { atTemperature, fitTemperature } from '../train/evaluation/temperature.ts';
import { RunFolder } from './folder/runFolder.ts';
import { writeWhole } from './folder/wholeFile.ts';
import { predictTested, type TestedPredictions } from './predictTested.ts';
import { type TestedRun, type TestRequest, withTestedRun } from './testedRun.ts';

export interface CalibrateRequest extends TestRequest {
  /** Bins of the errors; default 15. */
  readonly bins?: number | undefined;
  /** Fits a temperature and saves it with the run; absent: measures alone. */
  readonly fit?: FittedPart | undefined;
}

export interface CalibratedRun {
  readonly model: string;
  readonly dataset: string;
  readonly plan: string;
  /** Of the test pictures; where every second one was fitted on, of the others. */
  readonly before: Calibration;
  /** The same at the temperature. */
  readonly after: Calibration | null;
  readonly fitted: SavedTemperature | null;
}

const FILE = 'calibration.json';

export async function calibrateRun(request: CalibrateRequest): Promise<CalibratedRun> {
  const { folder, fit, bins } = request;
  const record = await (await RunFolder.open(folder)).readRecord();
  checkValidation(request, record);
  const trainCount = isImported(record) ? null : record.data.trainCount;
  const load = { ...request.load, ...(trainCount === null ? {} : { trainCount }) };
  return withTestedRun({ ...request, load }, async (tested) => {
    const { spec, dataset, session } = tested;
    const measured = await predictTested(tested, dataset.test);
    const about = { model: spec.name, dataset: dataset.name, plan: session.plan };
    if (fit === undefined) {
      const before = measure(measured, { bins });
      return { ...about, before, after: null, fitted: null };
    }
    const [first, second] = [rowsFrom(0, measured), rowsFrom(1, measured)];
    const without = fit === 'half' ? first : [];
    const before = measure(measured, { bins, without });
    const { temperature, count } =
      fit === 'half'
        ? fitTo(measured, second)
        : fitTo(await validationPredictions(tested, record), []);
    const after = measure(measured, { bins, without, temperature });
    const fitted: SavedTemperature = {
      format: 'fovea-calibration-1',
      temperature,
      weights: await weightsDigest(folder),
      fittedOn: { data: dataset.name, part: fit, count },
    };
    await writeWhole(path.join(folder, FILE), jsonText(fitted));
    return { ...about, before, after, fitted };
  });
}

/** The temperature that is saved with a run; throws where there is none, or where it is of other weights. */
export async function readTemperature(folder: string): Promise<SavedTemperature> {
  const file = path.join(folder, FILE);
  if (!existsSync(file)) {
    throw new FoveaError({
      where: folder,
      problem: 'no temperature was fitted to this run',
      expected: FILE,
      fix: advice`fovea calibrate, with ${setting('fit')}`,
    });
  }
  const saved = parseCalibration(await readRegular(file, MOST_JSON, FILE), file);
  if (saved.weights === (await weightsDigest(folder))) return saved;
  throw new FoveaError({
    where: file,
    problem: 'the temperature was fitted to other weights than this run has now',
    expected: 'weights that were not trained on since',
    fix: advice`fovea calibrate, with ${setting('fit')}`,
  });
}

async function weightsDigest(folder: string): Promise<string> {
  const bytes = await fs.readFile(path.join(folder, 'weights.safetensors'));
  return createHash('sha256').update(bytes).digest('hex');
}

/** Every second row from the first or the second on. */
function rowsFrom(start: 0 | 1, { predictions }: TestedPredictions): number[] {
  const { length } = predictions.labels;
  return Array.from({ length: Math.ceil((length - start) / 2) }, (_, i) => 2 * i + start);
}

function fitTo({ predictions, leftOut }: TestedPredictions, without: readonly number[]) {
  const out = new Set([...leftOut, ...without]);
  const { temperature } = fitTemperature(predictions, out);
  return { temperature, count: predictions.labels.length - out.size };
}

interface MeasureOptions {
  readonly bins: number | undefined;
  readonly without?: readonly number[] | undefined;
  readonly temperature?: number | undefined;
}

function measure(
  { predictions, leftOut }: TestedPredictions,
  { bins, without = [], temperature }: MeasureOptions,
): Calibration {
  const { probabilities: given, classes, labels } = predictions;
  const probabilities =
    temperature === undefined ? given : atTemperature(given, classes.length, temperature);
  const out = new Set([...leftOut, ...without]);
  const found = calibrationOf({ probabilities, labels }, { bins, leftOut: out });
  if (found !== null) return found;
  throw new FoveaError({
    problem: 'the answers are no probabilities: of a picture they do not add up to 1',
    expected: 'pictures that can be read, and a network that ends in a softmax',
  });
}

/** The pictures of training that it was not trained on, as they were split off then. */
async function validationPredictions(
  tested: TestedRun,
  record: RunRecord,
): Promise<TestedPredictions> {
  const fraction = isImported(record) ? 0 : record.settings.validationSplit;
  const { validation } = validationSplit(tested.dataset.train, fraction);
  const expected = validationCountOf(record);
  if (validation !== null && validation.count === expected) {
    return predictTested(tested, validation);
  }
  throw new FoveaError({
    problem: `${tested.dataset.name} has ${validation?.count ?? 0} validation pictures now`,
    expected: `${expected}, as in training: a temperature is not to be fitted on what was trained on`,
  });
}

const validationCountOf = (record: RunRecord): number =>
  isImported(record) ? 0 : record.data.validation;

/** Before anything is loaded: whether the run has validation pictures to fit on. */
function checkValidation({ fit, data, folder }: CalibrateRequest, record: RunRecord): void {
  if (fit !== 'validation') return;
  const own = isImported(record) ? undefined : record.data.name;
  const isOther = data !== undefined && data !== own;
  if (!isOther && validationCountOf(record) > 0) return;
  throw new UsageError({
    where: folder,
    option: 'fit',
    problem: isOther
      ? `it was not trained on ${data}: that has no validation pictures of its training`
      : 'it has no validation pictures: all others were trained on',
    expected: advice`a run that was trained with ${setting('validationSplit')}`,
    fix: 'fit on half: every second test picture is fitted on, and the others are judged',
  });
}
