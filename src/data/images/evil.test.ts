import { readdirSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { behindDoor } from '../../../test/support/doors.ts';
import { FoveaError } from '../../base/errors.ts';
import { MAX_PIXELS } from './picture.ts';
import { prepareImage } from './prepare.ts';
import { readImage } from './readImage.node.ts';

/** Decodes or throws a FoveaError; a decoded picture is whole and can be prepared. */
async function survives(path: string): Promise<void> {
  for (const channels of [1, 3] as const) {
    try {
      const picture = await readImage(path, { channels });
      expect(picture.pixels).toHaveLength(picture.width * picture.height * channels);
      expect(picture.width * picture.height).toBeLessThanOrEqual(MAX_PIXELS);
      expect(prepareImage(picture, [28, 28, channels]).pixels).toHaveLength(784 * channels);
    } catch (error) {
      expect(error).toBeInstanceOf(FoveaError);
      expect((error as FoveaError).message).toContain(path);
    }
  }
}

behindDoor('FOVEA_EVIL', 'hostile pictures', (folder) => {
  for (const name of [
    'pillow',
    'jpeg-decoder',
    'image-png',
    'pngsuite',
    'scikit-image',
    'sharp',
    'derived/png',
  ]) {
    describe(name, () => {
      for (const file of readdirSync(`${folder}/${name}`)) {
        it(file, () => survives(`${folder}/${name}/${file}`), 30_000);
      }
    });
  }
  // Not pictures at all, whatever else they are.
  for (const name of ['hdf5', 'derived/onnx', 'derived/idx']) {
    it(name, async () => {
      for (const file of readdirSync(`${folder}/${name}`)) {
        const attempt = readImage(`${folder}/${name}/${file}`, { channels: 1 });
        await expect(attempt).rejects.toBeInstanceOf(FoveaError);
      }
    });
  }
});
