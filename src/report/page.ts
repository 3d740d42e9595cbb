/**
 * @file A report as one page of HTML: no script, nothing loaded from elsewhere, made to be read, mailed and printed.
 *
 * Previous stop: `contents.ts`.
 */
import { drawCurves, type Series, shareRange } from '../draw/curves.ts';
import { pngAddress } from '../draw/letters.ts';
import { escapeMarkup } from '../draw/svg.ts';
import { curvesOf, type Measure, pointsOf, type ReadableRun } from '../records/comparedRuns.ts';
import { percentBelow } from '../records/mistakes.ts';
import { drawLook } from '../train/drawing/lookDrawing.ts';
import { drawReliability } from '../train/drawing/reliabilityDrawing.ts';
import { type Filters, filtersDocument } from '../train/drawing/weightsDrawing.ts';
import type { ReportContents } from './contents.ts';
import {
  code,
  factList,
  figure,
  htmlPage,
  htmlTable,
  list,
  pageHeading,
  section,
} from './parts.ts';
import { drawConfusion } from './pictures.ts';
import { factsOf, headline } from './words.ts';

/** `command`: what trains it again, where a command can say it. */
export function reportPage(contents: ReportContents, command: string | undefined): string {
  const { run, measured } = contents;
  const parts = [
    heading(contents),
    section('What the numbers say', list(measured.insights)),
    section('How it was made', factsPart(contents.run, command)),
    section('Training', curvesPart(contents.run)),
    section('What it takes for what', confusion(contents)),
    section('Worst mistakes', mistakes(contents)),
    section('How sure it is', sureness(contents)),
    section('Filters of the first layer', filtersPart(contents.filters)),
    section('Pictures on their way through', shown(contents)),
  ];
  return htmlPage(`${run.name}: ${run.record.model}`, parts);
}

const heading = ({ run, measured }: ReportContents): string =>
  pageHeading(run.name, headline(measured.evaluation, measured.dataset));

export function factsPart(run: ReadableRun, command: string | undefined): string {
  const again =
    command === undefined
      ? ''
      : `<p>Again, as far as a command says it (run.json says all):</p>${code(command)}`;
  return factList(factsOf(run)) + again;
}

/** Loss, accuracy where there is one, the learning rate where it changes. */
export function curvesPart(run: ReadableRun): string {
  if (run.history.length < 2) return '';
  const drawn = (['loss', 'accuracy'] as const).map((measure) => curves(run.name, run, measure));
  const rates = run.history.map(({ epoch, learningRate }) => [epoch, learningRate] as const);
  const changes = rates.some(([, rate]) => rate !== rates[0]?.[1]);
  const rate = changes
    ? figure(
        drawCurves([{ name: 'learning rate', points: rates }], {
          title: 'Learning rate',
          xLabel: 'epoch',
          yLabel: 'of the last step of an epoch',
        }),
      )
    : '';
  return drawn.join('') + rate;
}

function curves(name: string, run: ReadableRun, measure: Measure): string {
  const { curves: found } = curvesOf([run], measure);
  if (found.length === 0) return '';
  const series = found.map(
    (curve): Series => ({
      name: curve.label.slice(name.length + 2),
      points: pointsOf(curve),
      dashed: curve.dashed,
    }),
  );
  const title = measure === 'loss' ? 'Loss' : 'Accuracy';
  const yRange = measure === 'accuracy' ? shareRange(series) : undefined;
  return figure(drawCurves(series, { title, xLabel: 'epoch', yLabel: measure, yRange }));
}

function confusion({ measured }: ReportContents): string {
  const { classes, confusion: counts, perClass } = measured.evaluation;
  const rows = perClass.map(({ class: name, precision, recall, f1, support }) => [
    name,
    ...[precision, recall, f1].map((share) => share.toFixed(4)),
    String(support),
  ]);
  const drawn = figure(
    drawConfusion(classes, counts),
    'Rows: what a picture shows; columns: what it was read as. Orange is right, blue is wrong, the stronger the larger its share of the row.',
  );
  const table = htmlTable(['class', 'precision', 'recall', 'F1', 'pictures'], rows);
  return `<div class="wide">${drawn}</div>${table}`;
}

function mistakes({ measured, sheet }: ReportContents): string {
  const { classes, mistakes: worst } = measured.evaluation;
  if (sheet === null) return '<p>None.</p>';
  const image = `<img alt="the worst mistakes" src="${pngAddress(sheet)}">`;
  const rows = worst.map(({ index, label, predicted, confidence, loss }) => [
    measured.nameOf(index) ?? `test picture ${index}`,
    classes[label] ?? '',
    classes[predicted] ?? '',
    percentBelow(confidence),
    loss.toFixed(3),
  ]);
  const table = htmlTable(['picture', 'shows', 'read as', 'sure by', 'loss'], rows, 3);
  return `<figure>${image}</figure><details><summary>Their names</summary>${table}</details>`;
}

function sureness({ measured }: ReportContents): string {
  const { calibration } = measured.evaluation;
  if (calibration === null) return '';
  const { expectedError, adaptiveError, classwiseError, brier, negativeLogLikelihood } =
    calibration;
  const rows = [
    ['expected calibration error, 15 bins of equal width', expectedError],
    ['... 15 bins of equally many pictures', adaptiveError],
    ['... class by class, mean', classwiseError],
    ['Brier score', brier],
    ['negative log likelihood', negativeLogLikelihood],
  ] as const;
  const drawn = drawReliability(
    [{ name: 'on the test set', calibration }],
    'Of what it calls so sure, how much is right',
  );
  return (
    figure(drawn) +
    htmlTable(
      ['figure', ''],
      rows.map(([name, value]) => [name, value.toFixed(4)]),
    )
  );
}

export function filtersPart(found: Filters | null): string {
  if (found === null) return '';
  const [height, width, channels] = found.shape;
  const colours = channels === 3 ? 'Gray is zero.' : 'Orange is above zero, blue below.';
  const caption = `${found.layer}: ${height} x ${width}${channels === 1 ? '' : ` x ${channels}`}. ${colours}`;
  return figure(filtersDocument(found, WIDTH), caption);
}

/** Of figures that are as wide as they are made. */
const WIDTH = 900;

const shown = ({ shown: pictures, run }: ReportContents): string =>
  pictures
    .map(({ title, look }, i) => {
      const drawing = drawLook(look, `${run.name}: ${title}`);
      return `<details${i === 0 ? ' open' : ''}><summary>${escapeMarkup(title)}</summary>${figure(drawing)}</details>`;
    })
    .join('');
