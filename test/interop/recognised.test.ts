/** @file Files are known by what is in them, whatever they are called; what is no model is said to be none. */
import { expect, it } from 'vitest';
import { exportModel } from '../../src/interop/exporters.ts';
import { importModel } from '../../src/interop/importers.ts';
import { isZip } from '../../src/interop/keras/recognise.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { asTrained } from './asTrained.ts';

const trained = asTrained(
  sequential({ name: 'small', inputShape: [3] }, [
    layers.dense({ units: 2, activation: 'softmax' }),
  ]),
);

const read = async (bytes: Uint8Array, name = 'model.bin') =>
  importModel(await sourceOfFiles(name, new Map([[name, bytes]])), { model: trained.spec });

it.each(['safetensors', 'pytorch', 'onnx', 'keras'] as const)('a file of %s', async (format) => {
  const [bytes = new Uint8Array()] = (await exportModel(trained, format)).values();
  expect((await read(bytes)).format).toBe(format);
  // Its ending decides only where the content does not.
  const wrong = format === 'onnx' ? 'model.safetensors' : 'model.onnx';
  expect((await read(bytes, wrong)).format).toBe(format);
});

it('no file that is cut off, or of other things', async () => {
  const none = /no model that can be imported/;
  const [whole = new Uint8Array()] = (await exportModel(trained, 'safetensors')).values();
  const header = new DataView(whole.buffer, whole.byteOffset).getUint32(0, true);
  await expect(read(whole.subarray(0, 8 + header - 1))).rejects.toThrow(none);
  const text = (words: string) => read(new TextEncoder().encode(words));
  await expect(text('{ "layers": [] }')).rejects.toThrow(none);
  await expect(text('the "class_name" of a model')).rejects.toThrow(none);
  await expect(read(new Uint8Array(0))).rejects.toThrow(none);
  // Each of the four bytes of a zip counts.
  const zip = [0x50, 0x4b, 3, 4];
  expect(isZip(Uint8Array.from(zip))).toBe(true);
  for (const i of zip.keys())
    expect(isZip(Uint8Array.from(zip, (b, k) => (k === i ? 9 : b)))).toBe(false);
});
