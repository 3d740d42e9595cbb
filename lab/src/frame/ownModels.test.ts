/** @file Models of one's own by their names in addresses: as opened, with changes, and refused in words. */
import { commentedModel, layers, modelOf, sequential } from 'fovea/web';
import { beforeEach, expect, it, vi } from 'vitest';

const own = sequential({ name: 'my net', inputShape: [28, 28, 1] }, [
  layers.conv2d({ filters: 4, kernelSize: 5, activation: 'relu' }),
  layers.flatten(),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
const fileOf = (text: string, name = 'model.json') => new File([text], name);

/** As after a reload: what was in memory is gone. */
const loaded = () => import('./ownModels.ts');
beforeEach(() => {
  vi.resetModules();
  const kept = new Map<string, string>();
  vi.stubGlobal('sessionStorage', {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, text: string) => void kept.set(key, text),
  });
});

it('are the model of the file, also after a reload, and take changes', async () => {
  const { openModelFile } = await loaded();
  const name = await openModelFile(fileOf(commentedModel(own, own.name, ['mine'])));
  expect(name).toBe('own:my-net');
  vi.resetModules();
  const { modelNamed } = await loaded();
  expect(modelNamed(name)).toEqual(own);
  const changed = modelNamed(name, { 'conv2d.filters': 7, classes: 3, activation: 'tanh' });
  const [first, , last] = changed.layers;
  expect([first?.options.filters, last?.options.units]).toEqual([7, 3]);
  expect(first?.options.activation).toBe('tanh');
  expect(modelNamed('lenet5')).toEqual(modelOf('lenet5'));
});

it.each([
  ['{', /model.json: this is not JSON/],
  ['{"format": 3}', /model.json/],
  [' '.repeat(2 ** 20 + 1), /1048577 bytes/],
])('say what is wrong with a file: %j', async (text, words) => {
  const { openModelFile } = await loaded();
  await expect(openModelFile(fileOf(text))).rejects.toThrow(words);
});

it('are asked for again where the tab has none', async () => {
  const { modelNamed } = await loaded();
  expect(() => modelNamed('own:elsewhere')).toThrow(/no model elsewhere[\s\S]*Networks page/);
});

it('are shown, changed and trained as those of the table', async () => {
  const { openModelFile } = await import('./ownModels.ts');
  await openModelFile(fileOf(JSON.stringify(own)));
  const { readModel: read } = await import('../pages/networks/model.ts');
  const shown = read('own:my-net,conv2d.filters=8');
  expect(shown.draft.problem).toBeNull();
  expect(shown.published).toEqual(own);
  expect(shown.draft.spec?.layers[0]?.options.filters).toBe(8);
  const { specOf: specFor } = await import('../pages/train/variation.ts');
  const side = { activation: 'own', pooling: 'own', dropout: 0 } as const;
  const digits = { classes: Array.from({ length: 10 }, String), imageShape: [28, 28, 1] };
  expect(specFor('own:my-net', side, digits)).toEqual(own);
  const few = specFor('own:my-net', side, { ...digits, classes: ['a', 'b'] });
  expect(few.layers.at(-1)?.options.units).toBe(2);
});
