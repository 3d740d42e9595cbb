/**
 * @file A picture of one's own as grey numbers: the middle square, made small, 0 black to 255 white.
 */

/** More is no picture that a page should hold. */
const MOST_BYTES = 64 * 2 ** 20;

/** side * side values. Throws an error that says in words what is wrong with the file. */
export async function readPicture(file: Blob, side: number): Promise<number[]> {
  if (file.size > MOST_BYTES)
    throw new Error('This file has more than 64 MiB: take a smaller picture.');
  const bitmap = await createImageBitmap(file).catch(() => {
    throw new Error('This file is no picture that the browser can read: take a PNG, JPEG or WebP.');
  });
  try {
    const square = Math.min(bitmap.width, bitmap.height);
    const canvas = document.createElement('canvas');
    canvas.width = side;
    canvas.height = side;
    const context = canvas.getContext('2d', { willReadFrequently: true });
    if (context === null) throw new Error('This browser gives no canvas to read pictures with.');
    context.imageSmoothingQuality = 'high';
    // Transparent pictures are seen on white.
    context.fillStyle = '#fff';
    context.fillRect(0, 0, side, side);
    const [left, top] = [(bitmap.width - square) / 2, (bitmap.height - square) / 2];
    context.drawImage(bitmap, left, top, square, square, 0, 0, side, side);
    return greyOf(context.getImageData(0, 0, side, side).data);
  } finally {
    bitmap.close();
  }
}

/** Luma of Rec. 601 of (red, green, blue, opacity) bytes. */
export function greyOf(pixels: ArrayLike<number>): number[] {
  return Array.from({ length: pixels.length / 4 }, (_, i) => {
    const channel = (c: number) => pixels[4 * i + c] ?? 0;
    return Math.round(0.299 * channel(0) + 0.587 * channel(1) + 0.114 * channel(2));
  });
}
