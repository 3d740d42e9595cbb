/**
 * @file Drawings as files: SVG as it is, or PNG with `sharp`, an optional dependency.
 */
import path from 'node:path';
import { FoveaError, messageOf, UsageError } from '../base/errors.ts';
import { writeWhole } from '../runs/folder/wholeFile.ts';

/** `option`: what the name was given by. */
export function checkDrawingName(file: string, option: string): void {
  if (isSvg(file) || path.extname(file).toLowerCase() === '.png') return;
  throw new UsageError({
    where: option,
    problem: `received "${file}"`,
    expected: 'a name that ends in .png or .svg',
  });
}

const isSvg = (file: string): boolean => path.extname(file).toLowerCase() === '.svg';

/** Writes SVG as it is, or as PNG, as the name's ending says. */
export async function writeDrawing(file: string, svg: string): Promise<void> {
  if (isSvg(file)) await writeWhole(file, svg);
  else await writeSvgAsPng(file, svg);
}

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
