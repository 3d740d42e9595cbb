/** @file PyTorch's files and foreign safetensors: what is read, how layers are found, and what is refused. */
import { describe, expect, it } from 'vitest';
import { storeZip } from '../../src/archives/storeZip.ts';
import { importModel } from '../../src/interop/importers.ts';
import { writeSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import { sourceOfFiles } from '../../src/interop/source.ts';
import { layers } from '../../src/nn/layers/index.ts';
import { sequential } from '../../src/nn/sequential.ts';
import type { ModelSpec } from '../../src/nn/spec.ts';
import { floats, oldTorchFile, op, tensor, torchZip, type View } from './torchFiles.ts';

const { batchNormalization, conv2d, dense, flatten } = layers;

const open = async (bytes: Uint8Array, model?: ModelSpec, name = 'net.pth') =>
  importModel(await sourceOfFiles(name, new Map([[name, bytes]])), { model });

/** Two numbers to one. */
const single = sequential({ inputShape: [2] }, [dense({ name: 'fc', units: 1, useBias: false })]);
const weight: View = { type: 'FloatStorage', key: '0', count: 2, shape: [1, 2], strides: [2, 1] };
const kernelOf = async (bytes: Uint8Array) => [
  ...(await open(bytes, single)).weights.get('fc/kernel')!.data,
];

describe('a state dict', () => {
  it('is read from a zip', async () => {
    const file = torchZip(op.dict({ 'fc.weight': tensor(weight) }), { 0: floats(3, -4) });
    expect(await kernelOf(file)).toEqual([3, -4]);
  });

  it('is read from the old stream of pickles', async () => {
    const other = tensor({ ...weight, key: 'k2', shape: [2], count: 4, offset: 2, strides: [1] });
    const value = op.dict({
      'fc.weight': tensor({ ...weight, key: 'k1' }),
      'fc.num_batches_tracked': other,
    });
    const file = oldTorchFile(value, {
      k2: { count: 4, bytes: floats(9, 9, 9, 9) },
      k1: { count: 2, bytes: floats(5, 6) },
    });
    expect(await kernelOf(file)).toEqual([5, 6]);
    for (const end of [file.length - 1, file.length - 9, 60, 20]) {
      await expect(kernelOf(file.subarray(0, end))).rejects.toThrow(/cut off|cannot be read/);
    }
  });

  const types: readonly (readonly [string, Uint8Array, readonly number[]])[] = [
    ['HalfStorage', new Uint8Array(Uint16Array.of(0x3c00, 0xc100).buffer), [1, -2.5]],
    ['BFloat16Storage', new Uint8Array(Uint16Array.of(0x3f80, 0xc020).buffer), [1, -2.5]],
    ['DoubleStorage', new Uint8Array(Float64Array.of(0.25, -7).buffer), [0.25, -7]],
    ['LongStorage', new Uint8Array(BigInt64Array.of(12n, -3n).buffer), [12, -3]],
    ['IntStorage', new Uint8Array(Int32Array.of(12, -3).buffer), [12, -3]],
    ['ShortStorage', new Uint8Array(Int16Array.of(12, -3).buffer), [12, -3]],
    ['CharStorage', new Uint8Array(Int8Array.of(12, -3).buffer), [12, -3]],
    ['ByteStorage', Uint8Array.of(12, 253), [12, 253]],
    ['BoolStorage', Uint8Array.of(1, 0), [1, 0]],
  ];
  it.each(types)('may hold a %s', async (type, bytes, expected) => {
    const file = torchZip(op.dict({ 'fc.weight': tensor({ ...weight, type }) }), { 0: bytes });
    expect(await kernelOf(file)).toEqual(expected);
  });

  it('may hold views: turned, strided, beginning later, several of one storage', async () => {
    const spec = sequential({ inputShape: [2] }, [
      dense({ name: 'a', units: 3, useBias: false }),
      dense({ name: 'b', units: 2, useBias: false }),
    ]);
    const storage = floats(0, 1, 2, 3, 4, 5, 6, 7);
    const view = { type: 'FloatStorage', key: '0', count: 8 };
    const value = op.dict({
      'a.weight': tensor({ ...view, offset: 1, shape: [3, 2], strides: [1, 3] }), // the transpose of (2, 3)
      'b.weight': tensor({ ...view, shape: [2, 3], strides: [4, 1] }),
    });
    const { weights } = await open(torchZip(value, { 0: storage }), spec);
    expect([...weights.get('a/kernel')!.data]).toEqual([1, 2, 3, 4, 5, 6]);
    expect([...weights.get('b/kernel')!.data]).toEqual([0, 4, 1, 5, 2, 6]);
  });

  it('may lie in a checkpoint, behind the names of wrappers', async () => {
    const value = op.dict({
      epoch: op.whole(3),
      optimizer: op.dict({ state: op.dict({ 0: tensor(weight) }) }),
      best: op.call(op.name('numpy.core.multiarray', 'scalar'), op.tuple(op.string('x'))),
      state_dict: op.dict({ 'module.fc.weight': tensor(weight) }),
    });
    expect(await kernelOf(torchZip(value, { 0: floats(3, -4) }))).toEqual([3, -4]);
  });

  it('may have names of every kind', async () => {
    const value = op.dict({ '__proto__.weight': tensor(weight) });
    expect(await kernelOf(torchZip(value, { 0: floats(3, -4) }))).toEqual([3, -4]);
  });
});

describe('a file that is none', () => {
  const refused: Readonly<Record<string, readonly [Uint8Array, RegExp]>> = {
    'calls a function': [
      torchZip(op.call(op.name('os', 'system'), op.tuple(op.string('touch /tmp/pwned')))),
      /names "os.system"[\s\S]*nothing of it was run/,
    ],
    'names what a table of JavaScript has': [
      torchZip(op.name('constructor', 'constructor')),
      /names "constructor/,
    ],
    'hides a call in a checkpoint': [
      torchZip(
        op.dict({
          state_dict: op.dict({
            'fc.weight': op.call(op.name('builtins', 'eval'), op.tuple(op.string('1'))),
          }),
        }),
      ),
      /names "builtins.eval"/,
    ],
    'is a whole module': [
      torchZip(op.call(op.name('torch.nn.modules.linear', 'Linear'), Uint8Array.of(0x29))),
      /whole module[\s\S]*state_dict\(\)/,
    ],
    'is TorchScript': [
      torchZip(op.dict({}), {}, { 'code/__torch__.py': Uint8Array.of(1) }),
      /TorchScript/,
    ],
    'has tensors of terabytes': [
      torchZip(
        op.dict({ 'fc.weight': tensor({ ...weight, shape: [1 << 20, 1 << 20], strides: [0, 0] }) }),
        { 0: floats(1, 2) },
      ),
      /in a storage of 2/,
    ],
    'has a storage that is shorter than it says': [
      torchZip(op.dict({ 'fc.weight': tensor({ ...weight, count: 1 << 30 }) }), {
        0: floats(1, 2),
      }),
      /storage 0 has 8 bytes, the pickle says 4294967296/,
    ],
    'has views behind their storage': [
      torchZip(op.dict({ 'fc.weight': tensor({ ...weight, offset: 1 }) }), { 0: floats(1, 2) }),
      /the last at 2, in a storage of 2/,
    ],
    'lacks a storage': [torchZip(op.dict({ 'fc.weight': tensor(weight) })), /no storage 0/],
    'has big-endian numbers': [
      torchZip(
        op.dict({ 'fc.weight': tensor(weight) }),
        { 0: floats(1, 2) },
        { byteorder: new TextEncoder().encode('big') },
      ),
      /big-endian/,
    ],
    'is old and has big-endian numbers': [
      oldTorchFile(
        op.dict({ 'fc.weight': tensor(weight) }),
        { 0: { count: 2, bytes: floats(1, 2) } },
        { isBigEndian: true },
      ),
      /big-endian/,
    ],
    'is old and names its storages by a number': [
      oldTorchFile(
        op.dict({ 'fc.weight': tensor(weight) }),
        { 0: { count: 2, bytes: floats(1, 2) } },
        { keys: op.whole(1) },
      ),
      /storage 0 is missing/,
    ],
    'leads out of its archive': [
      storeZip(
        new Map([
          ['archive/data.pkl', op.pickle(op.dict({}))],
          ['archive/../../x', floats(1)],
        ]),
      ),
      /leads out of the archive/,
    ],
    'holds no weights': [
      torchZip(op.dict({ epoch: op.whole(1) })),
      /no state dict; it holds epoch/,
    ],
    'holds two state dicts': [
      torchZip(
        op.dict({ model: op.dict({ a: tensor(weight) }), ema: op.dict({ a: tensor(weight) }) }),
        { 0: floats(1, 2) },
      ),
      /2 state dicts/,
    ],
    'takes what is not there': [torchZip(Uint8Array.of(0x30)), /takes more than there is/],
    'is a memo of nothing': [torchZip(Uint8Array.of(0x68, 9)), /has not kept/],
    'has an opcode of no meaning': [torchZip(Uint8Array.of(0xff)), /opcode/],
    'claims a text of 4 GB': [
      torchZip(Uint8Array.of(0x58, 255, 255, 255, 255)),
      /claims 4294967295 bytes/,
    ],
    'shares one storage a thousand times': [
      torchZip(
        op.dict(
          Object.fromEntries(
            Array.from({ length: 1000 }, (_, i) => [
              `l${i}.weight`,
              tensor({ ...weight, count: 1 << 16, shape: [1, 1 << 16] }),
            ]),
          ),
        ),
        { 0: new Uint8Array(4 << 16) },
      ),
      /are 65536000 numbers, which it does not hold/,
    ],
  };
  it.each(Object.keys(refused))('%s', async (what) => {
    const [bytes, words] = refused[what];
    await expect(open(bytes, single)).rejects.toThrow(words);
  });

  it('ends in an error of ours wherever it is cut or changed', async () => {
    const file = torchZip(op.dict({ 'fc.weight': tensor(weight) }), { 0: floats(3, -4) });
    for (let at = 0; at < file.length; at++) {
      const changed = file.slice();
      changed[at] ^= 1 << (at % 8);
      for (const bytes of [file.subarray(0, at), changed]) {
        const problem = await open(bytes, single).catch((error: Error) => error.name);
        expect(typeof problem === 'string' ? problem : 'FoveaError').toMatch(
          /FoveaError|UsageError/,
        );
      }
    }
  });
});

describe('weights without their network', () => {
  const state = (entries: Readonly<Record<string, readonly number[]>>) =>
    writeSafetensors(
      new Map(
        Object.entries(entries).map(([name, shape]) => {
          const count = shape.reduce((a, b) => a * b, 1);
          return [name, { shape, data: Float32Array.from({ length: count }, (_, i) => i) }];
        }),
      ),
    );
  const take = async (spec: ModelSpec, entries: Readonly<Record<string, readonly number[]>>) =>
    (await open(state(entries), spec, 'net.safetensors')).notes.map((note) => note.split(':')[0]);

  const twice = sequential({ inputShape: [3] }, [
    dense({ units: 3, useBias: false }),
    dense({ units: 3, useBias: false }),
  ]);

  it('go to layers by name, whatever the order', async () => {
    const spec = sequential({ inputShape: [3] }, [
      dense({ name: 'one', units: 3, useBias: false }),
      dense({ name: 'two', units: 3, useBias: false }),
    ]);
    const notes = await take(spec, { 'two.weight': [3, 3], 'one.weight': [3, 3] });
    expect(notes).toEqual(['one takes one', 'two takes two']);
  });

  it('go to layers by shape, and by order where names count', async () => {
    expect(await take(twice, { 'l.2.weight': [3, 3], 'l.10.weight': [3, 3] })).toEqual([
      'dense takes l.2',
      'dense_1 takes l.10',
    ]);
  });

  it('are refused, with both sides, where several could go to a layer', async () => {
    await expect(take(twice, { 'a.weight': [3, 3], 'b.weight': [3, 3] })).rejects.toThrow(
      /a and b have the same shapes[\s\S]*a: weight \(3, 3\)[\s\S]*dense_1: weight \(3, 3\)/,
    );
  });

  it.each([
    ['lack a layer', { 'a.weight': [3, 3] }, /2 layers have the shapes of 1 modules/],
    [
      'are of other shapes',
      { 'a.weight': [3, 3], 'b.weight': [3, 4] },
      /2 layers|nothing in the file fits/,
    ],
    [
      'are more than the layers',
      { 'l.1.weight': [3, 3], 'l.2.weight': [3, 3], 'x.bias': [4] },
      /"x" of the file belongs to no layer/,
    ],
  ])('are refused where they %s', async (_, entries, words) => {
    await expect(take(twice, entries)).rejects.toThrow(words);
  });

  it('say what is missing where no network is given', async () => {
    const bytes = state({ 'conv.weight': [6, 1, 5, 5], 'conv.bias': [6] });
    await expect(open(bytes, undefined, 'net.safetensors')).rejects.toThrow(
      /no network[\s\S]*conv: bias \(6,\), weight \(6, 1, 5, 5\)[\s\S]*model: lenet5/,
    );
  });

  it('are turned to our layouts: kernels, and rows behind a flattened picture', async () => {
    const spec = sequential({ inputShape: [2, 3, 2] }, [
      conv2d({ filters: 2, kernelSize: 1, useBias: false }),
      batchNormalization(),
      flatten(),
      dense({ units: 1, useBias: false }),
    ]);
    const bytes = state({
      'conv.weight': [2, 2, 1, 1],
      'bn.weight': [2],
      'bn.bias': [2],
      'bn.running_mean': [2],
      'bn.running_var': [2],
      'bn.num_batches_tracked': [1],
      'fc.weight': [1, 12],
    });
    const { weights, notes } = await open(bytes, spec, 'net.safetensors');
    expect([...weights.get('conv2d/kernel')!.data]).toEqual([0, 2, 1, 3]);
    // Row (h, w, c) of ours is number c * 6 + h * 3 + w of theirs.
    expect([...weights.get('dense/kernel')!.data]).toEqual([0, 6, 1, 7, 2, 8, 3, 9, 4, 10, 5, 11]);
    expect(notes.at(-1)).toMatch(/epsilon of the batch normalisations is 0.001, as the model says/);
  });
});
