/**
 * @file The page that a network is shipped in: paper or a picture on one side, the answer on the other, and below them
 * what every layer made of it. Bundled into the text of the page (`tools/oneFile.ts`).
 *
 * Next stops: `pad.ts`, `maps.ts`; `../shippedReader.ts`, which answers.
 */
import { messageOf } from '../../../base/errors.ts';
import { strokesPicture } from '../../../data/images/strokes.ts';
import type { About } from '../../../interop/oneFile/shippedModel.ts';
import { decodePicture } from '../../data/decodePicture.ts';
import type { OneInput } from '../inputs.ts';
import { openProgram } from '../openProgram.ts';
import { predictOne } from '../shippedReader.ts';
import { MOST_BARS, showAnswers, showNothing } from './answers.ts';
import { part } from './elements.ts';
import { openMaps, type PageLayer } from './maps.ts';
import { openPad, PEN } from './pad.ts';
import { complain, showBytes, takePictures } from './pictures.ts';

const WAITING = 'Waiting for something to look at.';

export async function startPage(
  about: About,
  text: readonly string[],
  layers: readonly PageLayer[],
): Promise<void> {
  const [height, width, channels] = about.shape;
  const said = part('said', HTMLElement);
  const bars = part('bars', HTMLElement);
  const program = await openProgram(about, text).catch((error: unknown) => {
    said.textContent = messageOf(error);
    throw error;
  });
  const seen = part('seen', HTMLCanvasElement);
  const preview = part('preview', HTMLCanvasElement);
  const maps = openMaps(part('layers', HTMLElement), layers);
  part('plan', HTMLElement).textContent = program.plan;

  const look = (input: OneInput): void => {
    const prediction = predictOne(about, program, input, { top: MOST_BARS });
    showAnswers(said, bars, prediction, about.classes, pad.strokes.length === 0);
    document.body.classList.toggle('isAnswered', !prediction.blank);
    showBytes(seen, prediction.given, height, width, channels);
    if (!prediction.blank) maps.paint((layer) => program.output(`stage/${layer}`));
  };
  const guarded = (input: OneInput): void => {
    try {
      look(input);
    } catch (error) {
      complain(said, error);
    }
  };

  let isDue = false;
  const pad = openPad(part('pad', SVGSVGElement), () => {
    document.body.classList.remove('hasPicture');
    if (isDue) return;
    isDue = true;
    requestAnimationFrame(() => {
      isDue = false;
      document.body.classList.toggle('hasInk', pad.strokes.length > 0);
      if (pad.strokes.length > 0) guarded(strokesPicture(pad.strokes, { radius: PEN }));
    });
  });
  part('clear', HTMLButtonElement).addEventListener('click', () => {
    pad.clear();
    document.body.classList.remove('hasInk', 'hasPicture', 'isAnswered');
    showNothing(said, bars, about.classes, WAITING);
  });
  takePictures(async (file) => {
    try {
      const picture = await decodePicture(file, {
        channels: channels === 1 ? 1 : 3,
        where: file.name || 'picture',
      });
      pad.clear();
      document.body.classList.remove('hasInk');
      document.body.classList.add('hasPicture');
      showBytes(preview, picture.pixels, picture.height, picture.width, picture.channels);
      guarded(picture);
    } catch (error) {
      complain(said, error);
    }
  });
  showNothing(said, bars, about.classes, WAITING);
  document.body.classList.add('isReady');
}
