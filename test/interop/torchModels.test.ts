/** @file Real state dicts of others (`FOVEA_MODELS`): on the networks that their authors wrote, they get right what they did. */
import path from 'node:path';
import { expect, it } from 'vitest';
import { checkModel } from '../../src/runs/checkImport.ts';
import { openImport } from '../../src/runs/importRun.ts';
import { behindDoor, door } from '../support/doors.ts';
import { stateDicts } from '../support/foreignModels.ts';

behindDoor('FOVEA_MODELS', 'a state dict of others', (folder) => {
  it.skipIf(door('FOVEA_DATA') === undefined).each(stateDicts)(
    '$file',
    async ({ file, network: model, preprocess, data, accuracy }) => {
      const opened = await openImport({ file: path.join(folder, file), model, preprocess });
      const checked = await checkModel(opened.model, { data, count: 1000, all: false });
      expect(Math.abs(checked.scalings[0].accuracy - accuracy)).toBeLessThan(0.002);
    },
  );
});
