/**
 * @file Decodes a picture file in a page to the same `Picture` that Node's reader gives.
 *
 * The same kinds of files within the same limits: told from the first bytes, refused by the size that they claim
 * before the browser decodes them, turned upright, transparent parts white, large ones reduced.
 * Next stop: `pictureSet.ts`, many of them.
 */
import { FoveaError, messageOf } from '../../base/errors.ts';
import { claimedSize, kindOf, MAX_FILE_BYTES, type Sides } from '../../data/images/kinds.ts';
import { parseNetpbm } from '../../data/images/netpbm.ts';
import { checkPictureSize, type Picture, toGray, toRgb } from '../../data/images/picture.ts';
import { reduced, reductionOf } from '../../data/images/reduction.ts';

export interface DecodeOptions {
  /** 1 for gray, 3 for colour. */
  readonly channels: 1 | 3;
  /** Names the picture in errors. */
  readonly where?: string | undefined;
  /** Pixels that are needed of its shorter side; a large picture may then come smaller. */
  readonly needed?: number | undefined;
}

export async function decodePicture(file: Blob, options: DecodeOptions): Promise<Picture> {
  const { channels, where = 'picture', needed } = options;
  if (file.size > MAX_FILE_BYTES) {
    throw new FoveaError({
      where,
      problem: `it has ${file.size} bytes`,
      expected: `a picture file of at most ${MAX_FILE_BYTES} bytes`,
    });
  }
  const bytes = await bytesOf(file, where);
  const kind = kindOf(bytes, where);
  const decoded =
    kind === 'netpbm'
      ? reduced(parseNetpbm(bytes, where), needed)
      : await decodeByBrowser(new Blob([bytes], { type: `image/${kind}` }), where, needed, {
          claimed: claimedSize(bytes, kind),
        });
  return channels === 1 ? toGray(decoded) : toRgb(decoded);
}

/** A file may have gone, or be unreadable, since it was chosen. */
async function bytesOf(file: Blob, where: string): Promise<Uint8Array<ArrayBuffer>> {
  try {
    return new Uint8Array(await file.arrayBuffer());
  } catch (error) {
    throw new FoveaError(
      { where, problem: `the file cannot be read: ${messageOf(error)}` },
      { cause: error },
    );
  }
}

async function decodeByBrowser(
  file: Blob,
  where: string,
  needed: number | undefined,
  { claimed }: { readonly claimed: Sides | undefined },
): Promise<Picture> {
  if (claimed === undefined) throw undecodable(where, 'it is cut before its size');
  checkPictureSize(claimed.width, claimed.height, where);
  const bitmap = await createImageBitmap(file, { imageOrientation: 'from-image' }).catch(
    (error: unknown) => {
      throw undecodable(where, messageOf(error), error);
    },
  );
  try {
    const { width, height } = bitmap;
    const factor = reductionOf(width, height, needed);
    return pixelsOf(bitmap, Math.ceil(width / factor), Math.ceil(height / factor));
  } catch (error) {
    throw error instanceof FoveaError ? error : undecodable(where, messageOf(error), error);
  } finally {
    bitmap.close();
  }
}

/** Anything that can be drawn, on white paper, at a size of its own. */
export function pixelsOf(image: CanvasImageSource, width: number, height: number): Picture {
  const context = new OffscreenCanvas(width, height).getContext('2d', { willReadFrequently: true });
  if (context === null) throw new Error(`this browser draws no picture of ${width} x ${height}`);
  context.fillStyle = 'white';
  context.fillRect(0, 0, width, height);
  context.imageSmoothingQuality = 'high';
  context.drawImage(image, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(3 * width * height);
  for (let from = 0, to = 0; to < pixels.length; from += 4, to += 3) {
    for (let c = 0; c < 3; c++) pixels[to + c] = data[from + c] ?? 0;
  }
  return { width, height, channels: 3, pixels };
}

function undecodable(where: string, reason: string, cause?: unknown): FoveaError {
  return new FoveaError({ where, problem: `the picture cannot be decoded: ${reason}` }, { cause });
}
