/** @file Keras files in Chromium: the HDF5 library writes and reads them in a page too. */
import { rmSync } from 'node:fs';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { inChromium, type Served, serveFolder } from '../browser.ts';
import { bundleEngine } from './bundle.ts';

let folder: string | undefined;
let served: Served | undefined;

beforeAll(async () => {
  folder = await bundleEngine();
  served = await serveFolder(folder);
});
afterAll(async () => {
  await served?.close();
  if (folder !== undefined) rmSync(folder, { recursive: true, force: true });
});

interface Found {
  readonly kinds: string;
  /** Of weights that are not those that left. */
  readonly changed: readonly string[];
  readonly refusal: string;
}

/** A network out and in again, and a file that was cut off. */
const ON_PAGE = `(async () => {
  const spec = fovea.sequential({ inputShape: [9, 8, 1] }, [
    fovea.layers.conv2d({ filters: 3, kernelSize: 3, activation: 'relu' }),
    fovea.layers.flatten(),
    fovea.layers.dense({ units: 4, activation: 'softmax' }),
  ]);
  const sizes = { 'conv2d/kernel': [3, 3, 1, 3], 'conv2d/bias': [3], 'dense/kernel': [126, 4], 'dense/bias': [4] };
  const weights = new Map(Object.entries(sizes).map(([name, shape]) => {
    const length = shape.reduce((product, extent) => product * extent, 1);
    return [name, { shape, data: Float32Array.from({ length }, (_, i) => Math.sin(i + length)) }];
  }));
  const files = await fovea.exportModel({ spec, weights, classes: ['a', 'b', 'c', 'd'] }, 'h5', { name: 'net' });
  const back = await fovea.importModel(await fovea.sourceOfFiles('net.h5', files));
  const changed = [...weights].filter(([name, { data }]) => {
    const other = back.weights.get(name)?.data ?? [];
    return data.length !== other.length || data.some((n, i) => n !== other[i]);
  }).map(([name]) => name);
  const cut = new Map([['net.h5', files.get('net.h5').slice(0, 1500)]]);
  const refusal = await fovea.sourceOfFiles('net.h5', cut).then(fovea.importModel).then(
    () => 'none',
    (error) => error.message,
  );
  return { kinds: back.spec.layers.map(({ kind }) => kind).join(' '), changed, refusal };
})()`;

inChromium('Keras files in a page', (open) => {
  it('go out, come back and are refused as in Node', async () => {
    const page = await open(served?.url ?? '');
    const { kinds, changed, refusal } = await page.evaluate<Found>(ON_PAGE);
    expect(kinds).toBe('conv2d flatten dense');
    expect(changed).toEqual([]);
    expect(refusal).toMatch(/net\.h5: .*(damaged|cut off)/);
  });
});
