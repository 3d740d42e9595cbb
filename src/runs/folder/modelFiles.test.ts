import { mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from 'vitest';
import { writeSafetensors } from '../../interop/safetensors/safetensors.ts';
import { dense } from '../../nn/layers/dense.ts';
import { sequential } from '../../nn/sequential.ts';
import { loadModel, readSpec } from './modelFiles.ts';

const folder = mkdtempSync(join(tmpdir(), 'fovea-models-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, 'model.json');
const spec = sequential({ name: 'two', inputShape: [3] }, [dense({ units: 2 })]);

describe('a model from other people', () => {
  it.each([
    ['no JSON', '{', /model\.json: this is not JSON/],
    ['too many levels', '['.repeat(1e5), /model\.json: JSON of more than 64 levels/],
    ['a list', '[]', /model\.json: model: received/],
    ['a prototype', '{"__proto__":{}}', /model\.json: a key "__proto__"/],
  ])('is refused as %s', async (_, text, message) => {
    writeFileSync(file, text);
    await expect(readSpec(file)).rejects.toThrow(message);
  });

  it('is not read where it cannot be one', async () => {
    writeFileSync(file, '');
    truncateSync(file, 600 * 2 ** 20);
    await expect(readSpec(file)).rejects.toThrow(/it has 629145600 bytes[\s\S]*of at most/);
    await expect(readSpec(folder)).rejects.toThrow(/this is a folder/);
    await expect(readSpec(join(folder, 'no.json'))).rejects.toThrow(/there is no model file/);
  });

  it.each([
    [undefined, ['0', '1']],
    ['["cat","dog"]', ['cat', 'dog']],
    [JSON.stringify(['cat', 'x'.repeat(1e6)]), /class 1 has 1000000 characters: xxx/],
    ['[1,2]', /"classes" is \[1,2\]/],
    ['cat', /this is not JSON/],
    ['['.repeat(1e5), /more than 64 levels/],
  ])('has classes of %j', async (classes, expected) => {
    writeFileSync(file, JSON.stringify(spec));
    const tensors = new Map([
      ['dense/kernel', { shape: [3, 2], data: new Float32Array(6) }],
      ['dense/bias', { shape: [2], data: new Float32Array(2) }],
    ]);
    const metadata = classes === undefined ? {} : { classes };
    writeFileSync(join(folder, 'weights.safetensors'), writeSafetensors(tensors, metadata));
    if (expected instanceof RegExp) await expect(loadModel(folder)).rejects.toThrow(expected);
    else expect((await loadModel(folder)).classes).toEqual(expected);
  });
});
