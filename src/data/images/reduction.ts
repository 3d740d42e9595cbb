/**
 * @file Large pictures made smaller as they are read, by whole factors: f x f pixels become their mean.
 *
 * What is needed of a photograph of 40 megapixels are the few hundred pixels that a model reads. Pictures of
 * fewer than 2 megapixels are never touched, so that most sets are read as they are. Next stop: `resize.ts`,
 * which brings a picture to a size.
 */
import type { Picture } from './picture.ts';

/** No picture is handed on with more: 16 megapixels. */
export const MOST_HANDED_ON = 2 ** 24;
/** Above this, twice as many pixels as are needed suffice. */
const LARGE = 2 ** 21;

/** How many pixels of each side become one. `needed`: pixels of the shorter side, where that is known. */
export function reductionOf(width: number, height: number, needed?: number): number {
  const pixels = width * height;
  const most = Math.ceil(Math.sqrt(pixels / MOST_HANDED_ON));
  if (needed === undefined || pixels <= LARGE) return Math.max(1, most);
  return Math.max(1, most, Math.floor(Math.min(width, height) / (2 * needed)));
}

/** The picture with every f x f pixels as one, the last ones of a side of fewer. */
export function reduced(picture: Picture, needed?: number): Picture {
  const factor = reductionOf(picture.width, picture.height, needed);
  if (factor === 1) return picture;
  const { channels } = picture;
  const width = Math.ceil(picture.width / factor);
  const height = Math.ceil(picture.height / factor);
  const pixels = new Uint8Array(width * height * channels);
  for (let row = 0; row < height; row++) {
    for (let column = 0; column < width; column++) {
      meanOf(picture, factor, { row, column }, pixels, (row * width + column) * channels);
    }
  }
  return { width, height, channels, pixels };
}

/** Writes the mean of the block at (row, column), counted in blocks, to `into` at `at`. */
function meanOf(
  { width, height, channels, pixels }: Picture,
  factor: number,
  { row, column }: { readonly row: number; readonly column: number },
  into: Uint8Array,
  at: number,
): void {
  const [top, left] = [row * factor, column * factor];
  const bottom = Math.min(height, top + factor);
  const right = Math.min(width, left + factor);
  const count = (bottom - top) * (right - left);
  for (let c = 0; c < channels; c++) {
    let sum = 0;
    for (let y = top; y < bottom; y++) {
      for (let x = left; x < right; x++) sum += pixels[(y * width + x) * channels + c];
    }
    into[at + c] = Math.round(sum / count);
  }
}
