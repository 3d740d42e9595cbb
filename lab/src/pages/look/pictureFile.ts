/**
 * @file A picture file of one's own as the library has pictures; what the browser cannot read is said in words.
 */
import { FoveaError, type Picture } from 'fovea/web';

/** Of a file; cameras make less. */
const MOST_BYTES = 64 * 2 ** 20;
/** A larger picture is scaled down to this side first: what is looked for in it stays. */
const MOST_SIDE = 1024;

export async function readPictureFile(file: File): Promise<Picture> {
  if (file.size > MOST_BYTES) {
    throw new FoveaError({
      where: file.name,
      problem: `a file of ${Math.round(file.size / 2 ** 20)} MB`,
      expected: `a picture of at most ${MOST_BYTES / 2 ** 20} MB`,
    });
  }
  const bitmap = await createImageBitmap(file).catch((cause: unknown) => {
    throw new FoveaError(
      {
        where: file.name,
        problem: 'the browser cannot read this as a picture',
        expected: 'a PNG, JPEG, WebP, GIF or AVIF file',
        fix: 'save it as a PNG or JPEG file, or draw the digit',
      },
      { cause },
    );
  });
  try {
    return pictureOf(bitmap);
  } finally {
    bitmap.close();
  }
}

function pictureOf(bitmap: ImageBitmap): Picture {
  const scale = Math.min(1, MOST_SIDE / Math.max(bitmap.width, bitmap.height));
  const width = Math.max(1, Math.round(bitmap.width * scale));
  const height = Math.max(1, Math.round(bitmap.height * scale));
  const canvas = new OffscreenCanvas(width, height);
  const context = canvas.getContext('2d');
  if (context === null) {
    throw new FoveaError({
      problem: 'the browser gives no canvas',
      expected: 'one to read pixels from',
    });
  }
  // What is transparent is paper.
  context.fillStyle = '#ffffff';
  context.fillRect(0, 0, width, height);
  context.drawImage(bitmap, 0, 0, width, height);
  const { data } = context.getImageData(0, 0, width, height);
  const pixels = new Uint8Array(3 * width * height);
  for (let i = 0; i < width * height; i++) pixels.set(data.subarray(4 * i, 4 * i + 3), 3 * i);
  return { width, height, channels: 3, pixels };
}
