/**
 * @file Turns a drawing (SVG) into a picture file (PNG) with `sharp`, an optional dependency.
 */
import { FoveaError, messageOf } from '../base/errors.ts';
import { writeWhole } from '../runs/folder/wholeFile.ts';

export async function writeSvgAsPng(file: string, svg: string): Promise<void> {
  await writeWhole(file, await svgToPng(svg));
}

async function svgToPng(svg: string): Promise<Uint8Array> {
  const { default: sharp } = await import('sharp').catch((error: unknown) => {
    throw new FoveaError(
      {
        problem: `drawings become PNG by the package sharp, which does not load: ${messageOf(error)}`,
        expected: 'sharp, installed',
        fix: 'npm install sharp, or ask for SVG, which needs nothing',
      },
      { cause: error },
    );
  });
  return sharp(Buffer.from(svg), { limitInputPixels: 2 ** 28 })
    .png()
    .toBuffer();
}
