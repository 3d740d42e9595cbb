/** @file Broken and hostile files of every format (`FOVEA_EVIL`), through the one door: an error of ours each, and soon. */
import { readdirSync } from 'node:fs';
import path from 'node:path';
import { expect, it } from 'vitest';
import { FoveaError } from '../../src/base/errors.ts';
import { importModel } from '../../src/interop/importers.ts';
import { openSource } from '../../src/interop/source.node.ts';
import { behindDoor } from '../support/doors.ts';

/** In microseconds of all cores: others may keep the machine busy. */
const MOST_TIME = 5_000_000;

const FORMATS = ['onnx', 'keras', 'hdf5', 'tfjs', 'safetensors'];

behindDoor('FOVEA_EVIL', 'a file that is broken or hostile', (folder) => {
  for (const format of FORMATS) {
    const place = path.join(folder, 'derived', format);
    const files = readdirSync(place).filter((name) => !/valid-control|^weights\.bin$/.test(name));
    it.each(files)(`${format}/%s`, async (file) => {
      const before = process.cpuUsage();
      const open = async () => importModel(await openSource(path.join(place, file)));
      await expect(open()).rejects.toBeInstanceOf(FoveaError);
      const { user, system } = process.cpuUsage(before);
      expect(user + system).toBeLessThan(MOST_TIME);
    });
  }
});
