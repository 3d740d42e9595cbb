/**
 * @file A picture of one's own as grey numbers: the middle square, made small, 0 black to 255 white.
 */
import { decodePicture, prepareImage } from 'fovea/web';

/** side * side values. Throws an error that says in words what is wrong with the file. */
export async function readPicture(file: File, side: number): Promise<number[]> {
  const picture = await decodePicture(file, { channels: 1, where: file.name, needed: side });
  const asItIs = { invert: false, centre: false } as const;
  return [...prepareImage(picture, [side, side, 1], asItIs).pixels];
}
