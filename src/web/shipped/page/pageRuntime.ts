/**
 * @file The page that a network is shipped in: paper or a picture on one side, the answer on the other, and below them
 * what every layer made of it. Bundled into the text of the page (`tools/oneFile.ts`).
 *
 * Next stops: `pad.ts`, `maps.ts`; `../shippedReader.ts`, which answers.
 */
import { FoveaError, messageOf } from '../../../base/errors.ts';
import type { Picture } from '../../../data/images/picture.ts';
import { strokesPicture } from '../../../data/images/strokes.ts';
import type { About } from '../../../interop/oneFile/shippedModel.ts';
import { decodePicture } from '../../data/decodePicture.ts';
import type { OneInput } from '../inputs.ts';
import { openProgram } from '../openProgram.ts';
import { predictOne } from '../shippedReader.ts';
import { MOST_BARS, showAnswers, showNothing } from './answers.ts';
import { element, part } from './elements.ts';
import { openMaps, type PageLayer } from './maps.ts';
import { openPad, PEN } from './pad.ts';

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
      showPicture(preview, picture);
      guarded(picture);
    } catch (error) {
      complain(said, error);
    }
  });
  showNothing(said, bars, about.classes, WAITING);
  document.body.classList.add('isReady');
}

/** Chosen, dropped anywhere, or pasted. */
function takePictures(take: (file: File) => void): void {
  const chooser = part('file', HTMLInputElement);
  const first = (files: FileList | undefined): void => {
    const [file] = files ?? [];
    if (file !== undefined) take(file);
  };
  part('choose', HTMLButtonElement).addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    first(chooser.files ?? undefined);
    chooser.value = '';
  });
  addEventListener('dragover', (event) => {
    event.preventDefault();
    document.body.classList.add('isDragging');
  });
  for (const over of ['dragleave', 'drop'] as const) {
    addEventListener(over, () => document.body.classList.remove('isDragging'));
  }
  addEventListener('drop', (event) => {
    event.preventDefault();
    first(event.dataTransfer?.files);
  });
  addEventListener('paste', (event) => first(event.clipboardData?.files));
}

function complain(said: Element, error: unknown): void {
  const words = error instanceof FoveaError ? error.parts.problem : messageOf(error);
  said.replaceChildren(element('span', { class: 'problem' }, words));
}

function showPicture(
  canvas: HTMLCanvasElement,
  { width, height, channels, pixels }: Picture,
): void {
  showBytes(canvas, pixels, height, width, channels);
}

function showBytes(
  canvas: HTMLCanvasElement,
  bytes: Uint8Array,
  height: number,
  width: number,
  channels: number,
): void {
  canvas.width = width;
  canvas.height = height;
  const image = new ImageData(width, height);
  for (let i = 0; i < width * height; i++) {
    for (let c = 0; c < 3; c++)
      image.data[4 * i + c] = bytes[channels === 1 ? i : channels * i + c] ?? 0;
    image.data[4 * i + 3] = 255;
  }
  canvas.getContext('2d')?.putImageData(image, 0, 0);
}
