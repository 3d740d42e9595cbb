/**
 * @file The report of an auto-encoder's run: what it was given beside what it gave back.
 *
 * Before: `rebuiltContents.ts`. `page.ts` is the report of a network that names classes.
 */
import { element, INK, QUIET, svgDocument, text } from '../draw/svg.ts';
import { imageShapeOf } from '../nn/spec.ts';
import { drawLook } from '../train/drawing/lookDrawing.ts';
import { bytePicture } from '../train/drawing/valuePicture.ts';
import { curvesPart, factsPart, filtersPart } from './page.ts';
import { figure, htmlPage, list, pageHeading, section } from './parts.ts';
import type { RebuiltContents, RebuiltPicture } from './rebuiltContents.ts';

/** Pictures in a row. */
const ACROSS = 12;
const SIDE = 64;
const [GAP, LABEL, LINE] = [10, 84, 18];

/** `command`: what trains it again, where a command can say it. */
export function rebuiltPage(contents: RebuiltContents, command: string | undefined): string {
  const { run, pictures, look } = contents;
  const inOrder = pictures.toSorted((a, b) => a.index - b.index);
  const parts = [
    pageHeading(run.name, headline(contents)),
    section('What the numbers say', list(insights(contents))),
    section('Pictures, and what it gives back', inAndOut(contents, inOrder.slice(0, 2 * ACROSS))),
    section('Worst given back', inAndOut(contents, pictures.slice(0, ACROSS))),
    section('Best given back', inAndOut(contents, pictures.slice(-ACROSS).reverse())),
    section('How it was made', factsPart(run, command)),
    section('Training', curvesPart(run)),
    section('Filters of the first layer', filtersPart(contents.filters)),
    section(
      'A picture on its way through',
      look === null ? '' : figure(drawLook(look, `${run.name}: a test picture`)),
    ),
  ];
  return htmlPage(`${run.name}: ${run.record.model}`, parts);
}

function headline({ metrics, count, dataset, error }: RebuiltContents): string {
  const pictures = `${count.toLocaleString('en-US')} test pictures of ${dataset}`;
  return `Gives back ${pictures} with a loss of ${metrics.loss.toFixed(4)}: numbers of 0 to 255 are off by ${error.toFixed(1)} on average.`;
}

function insights({ pictures, error, meanPictureError }: RebuiltContents): string[] {
  const [worst] = pictures;
  const best = pictures.at(-1);
  const share = (100 * (1 - error / Math.max(1e-9, meanPictureError))).toFixed(0);
  const against =
    error < meanPictureError
      ? `this network is off by ${share} % less`
      : 'this network does no better';
  return [
    `The mean of all these pictures, given back for each, would be off by ${meanPictureError.toFixed(1)}; ${against}.`,
    ...(worst === undefined || best === undefined
      ? []
      : [
          `From picture to picture it is off by ${best.error.toFixed(1)} (test picture ${best.index}) to ${worst.error.toFixed(1)} (test picture ${worst.index}), of ${pictures.length.toLocaleString('en-US')} looked at.`,
        ]),
  ];
}

/** Pairs: above what was given, below what came back, and how far it is. */
function inAndOut({ spec }: RebuiltContents, pictures: readonly RebuiltPicture[]): string {
  const shape = imageShapeOf(spec);
  const [height, width] = shape;
  const exact = SIDE / Math.max(height, width);
  const zoom = exact > 1 ? Math.round(exact) : exact;
  const [across, down] = [Math.round(width * zoom), Math.round(height * zoom)];
  const block = 2 * down + GAP + 2 * LINE + GAP;
  const drawn = pictures.map(({ index, given, back, error }, i) => {
    const x = LABEL + (i % ACROSS) * (across + GAP);
    const y = 1 + Math.floor(i / ACROSS) * block;
    const words = { 'font-size': 10, fill: QUIET, 'text-anchor': 'middle' };
    return [
      bytePicture(given, shape, { x, y, width: across, height: down }),
      bytePicture(back, shape, { x, y: y + down + GAP, width: across, height: down }),
      text(x + across / 2, y + 2 * down + GAP + 14, `off by ${error.toFixed(1)}`, words),
      text(x + across / 2, y + 2 * down + GAP + 28, `picture ${index}`, words),
    ].join('');
  });
  const lines = Math.ceil(pictures.length / ACROSS);
  const labels = Array.from({ length: lines }, (_, line) => {
    const y = 1 + line * block + down / 2 + 4;
    return (
      text(0, y, 'given', { fill: INK }) + text(0, y + down + GAP, 'given back', { fill: INK })
    );
  });
  const wide = LABEL + Math.min(ACROSS, pictures.length) * (across + GAP);
  return figure(svgDocument(wide, lines * block, element('g', {}, ...labels, ...drawn)));
}
