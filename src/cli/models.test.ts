import fs from 'node:fs/promises';
import os from 'node:os';
import path from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { modelOf } from '../models/index.ts';
import { resolveModelToTrain } from './models.ts';

let home: string;
const before = process.cwd();
beforeAll(async () => {
  home = await fs.mkdtemp(path.join(os.tmpdir(), 'fovea-'));
  process.chdir(home);
  for (const name of ['base', 'lenet5']) {
    await fs.mkdir(path.join('runs', name), { recursive: true });
    await fs.writeFile(
      path.join('runs', name, 'model.json'),
      JSON.stringify(modelOf('cifar-quick')),
    );
    await fs.writeFile(path.join('runs', name, 'run.json'), '{}');
  }
});
afterAll(async () => {
  process.chdir(before);
  await fs.rm(home, { recursive: true, force: true });
});

describe('what a MODEL argument means', () => {
  it('takes the bare name of a run in runs/, as RUN arguments do', async () => {
    const { spec, run } = await resolveModelToTrain('base');
    expect(spec).toEqual(modelOf('cifar-quick'));
    expect(run).toBe(path.join('runs', 'base'));
  });

  it('takes a name of the table for the model, though a run has the same', async () => {
    const { spec, run, adapts } = await resolveModelToTrain('lenet5');
    expect({ spec, run, adapts }).toEqual({ spec: modelOf('lenet5'), adapts: true });
  });

  it('names what it knows where there is neither', async () => {
    await expect(resolveModelToTrain('bsae')).rejects.toThrow(/unknown model "bsae"/);
  });
});
