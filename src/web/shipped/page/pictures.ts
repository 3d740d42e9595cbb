/** @file Pictures in a page: chosen, dropped anywhere or pasted; and bytes on a canvas. */
import { FoveaError, messageOf } from '../../../base/errors.ts';
import { element, part } from './elements.ts';

/** By the button #choose and the field #file, and from outside. */
export function takePictures(take: (file: File) => void): void {
  const chooser = part('file', HTMLInputElement);
  const first = (files: FileList | null | undefined): void => {
    const [file] = files ?? [];
    if (file !== undefined) take(file);
  };
  part('choose', HTMLButtonElement).addEventListener('click', () => chooser.click());
  chooser.addEventListener('change', () => {
    first(chooser.files);
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

export function complain(said: Element, error: unknown): void {
  const words = error instanceof FoveaError ? error.parts.problem : messageOf(error);
  said.replaceChildren(element('span', { class: 'problem' }, words));
}

/** (height, width, channels) of one or three channels. */
export function showBytes(
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
