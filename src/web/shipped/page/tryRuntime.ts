/**
 * @file The page of a model server: draws or takes a picture, sends it to the server, shows what comes back.
 *
 * Bundled into the text of the page (`tools/oneFile.ts`). Next stop: `pad.ts`.
 */
import { messageOf } from '../../../base/errors.ts';
import { strokesPicture } from '../../../data/images/strokes.ts';
import type { Prediction } from '../../../train/prediction/reading.ts';
import { MOST_BARS, showAnswers, showNothing } from './answers.ts';
import { element, part } from './elements.ts';
import { openPad, PEN } from './pad.ts';
import { complain, showBytes, takePictures } from './pictures.ts';

interface Model {
  readonly name: string;
  readonly classes: readonly string[];
}

const WAITING = 'Waiting for something to look at.';

export async function startTrying(): Promise<void> {
  const said = part('said', HTMLElement);
  const bars = part('bars', HTMLElement);
  const chosen = part('model', HTMLSelectElement);
  const token = part('token', HTMLInputElement);
  const headers = (): Record<string, string> =>
    token.value === '' ? {} : { authorization: `Bearer ${token.value}` };
  let models: readonly Model[] = [];
  let last: Blob | undefined;

  const load = async (): Promise<void> => {
    const response = await fetch('v1/models', { headers: headers() });
    document.body.classList.toggle('needsToken', response.status === 401);
    if (!response.ok) throw new Error(await wordsOf(response));
    models = ((await response.json()) as { models: Model[] }).models;
    chosen.replaceChildren(...models.map(({ name }) => element('option', {}, name)));
    showNothing(said, bars, models[0]?.classes ?? [], WAITING);
  };
  const send = async (picture: Blob, hasNotes: boolean): Promise<void> => {
    last = picture;
    const model = models.find(({ name }) => name === chosen.value) ?? models[0];
    if (model === undefined) return;
    const where = `v1/models/${encodeURIComponent(model.name)}/predict`;
    part('curl', HTMLElement).textContent =
      `curl --data-binary @picture.png -H 'Content-Type: image/png' ${new URL(where, location.href)}`;
    const type = {
      'content-type': picture.type === '' ? 'application/octet-stream' : picture.type,
    };
    const response = await fetch(`${where}?top=${MOST_BARS}`, {
      method: 'POST',
      body: picture,
      headers: { ...headers(), ...type },
    });
    if (!response.ok) throw new Error(await wordsOf(response));
    const { predictions } = (await response.json()) as { predictions: Prediction[] };
    const [prediction] = predictions;
    if (prediction !== undefined) showAnswers(said, bars, prediction, model.classes, hasNotes);
  };
  const guarded = (task: Promise<void>): void => {
    task.catch((error: unknown) => complain(said, error));
  };

  // One request at a time: what was drawn in the meantime is sent when the last is answered.
  let [isSending, isStale] = [false, false];
  const sendDrawing = async (): Promise<void> => {
    if (isSending) {
      isStale = true;
      return;
    }
    isSending = true;
    try {
      do {
        isStale = false;
        await send(await drawn(), false);
      } while (isStale);
    } finally {
      isSending = false;
    }
  };
  const pad = openPad(part('pad', SVGSVGElement), () => {
    document.body.classList.remove('hasPicture');
    document.body.classList.toggle('hasInk', pad.strokes.length > 0);
    if (pad.strokes.length > 0) guarded(sendDrawing());
  });
  const drawn = (): Promise<Blob> => {
    const { width, height, pixels } = strokesPicture(pad.strokes, { radius: PEN });
    const canvas = element('canvas');
    showBytes(canvas, pixels, height, width, 1);
    return new Promise((resolve, reject) =>
      canvas.toBlob(
        (blob) => (blob === null ? reject(new Error('this browser makes no PNG')) : resolve(blob)),
        'image/png',
      ),
    );
  };
  part('clear', HTMLButtonElement).addEventListener('click', () => {
    pad.clear();
    last = undefined;
    document.body.classList.remove('hasInk', 'hasPicture');
    showNothing(
      said,
      bars,
      models.find(({ name }) => name === chosen.value)?.classes ?? [],
      WAITING,
    );
  });
  takePictures((file) => {
    pad.clear();
    document.body.classList.remove('hasInk');
    guarded(showFile(file).then(() => send(file, true)));
  });
  chosen.addEventListener('change', () => {
    if (last !== undefined) guarded(send(last, false));
  });
  token.addEventListener('change', () => guarded(load()));
  guarded(load().finally(() => document.body.classList.add('isReady')));
}

/** What the browser cannot show, the server may read all the same. */
async function showFile(file: Blob): Promise<void> {
  const bitmap = await createImageBitmap(file).catch(() => undefined);
  document.body.classList.toggle('hasPicture', bitmap !== undefined);
  if (bitmap === undefined) return;
  const preview = part('preview', HTMLCanvasElement);
  preview.width = bitmap.width;
  preview.height = bitmap.height;
  preview.getContext('2d')?.drawImage(bitmap, 0, 0);
  bitmap.close();
}

async function wordsOf(response: Response): Promise<string> {
  try {
    return ((await response.json()) as { detail: string }).detail;
  } catch (error) {
    return `${response.status}: ${messageOf(error)}`;
  }
}

startTrying();
