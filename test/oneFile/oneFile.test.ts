/**
 * @file A shipped network in a process that knows nothing but its file: the answers of a session, to the bit.
 */
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { afterAll, describe, expect, it, vi } from 'vitest';
import { exportModel } from '../../src/interop/oneFile/exportJs.ts';
import { conv2d } from '../../src/nn/layers/windows/conv2d.ts';
import { sequential } from '../../src/nn/sequential.ts';
import { skipped } from '../support/doors.ts';
import { named, randomModel } from '../support/savedModels.ts';
import { answersHere, answersOfProcess, CASES, writeShipped } from './shipped.ts';

const folder = mkdtempSync(path.join(tmpdir(), 'fovea-one-file-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** f32x4.relaxed_madd in a module. */
const RELAXED = [0xfd, 0x85, 0x02];
const hasRelaxed = (bytes: Uint8Array): boolean =>
  bytes.some((_, at) => RELAXED.every((byte, i) => bytes[at + i] === byte));

async function withoutRelaxed<T>(task: () => Promise<T>): Promise<T> {
  const { validate } = WebAssembly;
  const spied = vi
    .spyOn(WebAssembly, 'validate')
    .mockImplementation((bytes) => !hasRelaxed(bytes as Uint8Array) && validate(bytes));
  try {
    return await task();
  } finally {
    spied.mockRestore();
  }
}

describe('one file, in a process of its own', () => {
  it.for(['lenet5', 'lenet5-1998', 'cifar-quick'])('%s answers as a session does', async (name) => {
    const model = named(name);
    const { plan, ...answers } = await answersOfProcess(writeShipped(folder, model));
    expect(plan).toMatch(/^wasm, 1 thread, 128-bit lanes, fused/);
    expect(answers).toEqual(await answersHere(model));
    expect(answers.all.some(({ distances }) => distances !== null)).toBe(name === 'lenet5-1998');
  });

  it('with the module that every runtime has', async () => {
    const model = named('lenet5');
    const file = writeShipped(folder, model, { name: 'plain' });
    const { plan, ...answers } = await answersOfProcess(file, { load: { relaxedSimd: 'off' } });
    expect(plan).toContain('multiply then add');
    expect(answers).toEqual(await withoutRelaxed(() => answersHere(model)));
    expect(answers).not.toEqual(await answersHere(model));
  });

  it.for(['float16', 'int8'] as const)(
    '%s weights answer as a session with these weights',
    async (weights) => {
      const model = named('lenet5');
      const file = writeShipped(folder, model, { weights, name: weights });
      const { plan: _, ...answers } = await answersOfProcess(file);
      expect(answers).toEqual(await answersHere(model, { weights }));
      expect(answers).not.toEqual(await answersHere(model));
    },
  );

  it('needs no code from text, and names nothing outside of itself', () => {
    const file = writeShipped(folder, named('lenet5'), { name: 'alone' });
    const lines = readFileSync(file, 'utf8').split('\n');
    const text = lines.filter((line) => !/^"[^"]*",?$/.test(line)).join('\n');
    expect(text.match(/\bimport\b[^;]*/g)).toEqual([`import { predict } from './alone.mjs'`]);
    expect(text).not.toMatch(
      /\beval\(|\bFunction\(|\bfetch\b|SharedArrayBuffer|https?:|["'`]data:/,
    );
    const script = `${CASES}; const { all } = await answersOf(await import('file://${file}')); console.log(all.length)`;
    const args = [
      '--disallow-code-generation-from-strings',
      '--input-type=module',
      '--eval',
      script,
    ];
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('10\n');
  });

  it('is opened once, however often it is asked', () => {
    const file = writeShipped(folder, named('lenet5'), { name: 'once' });
    const script = `let memories = 0;
      const { Memory } = WebAssembly;
      WebAssembly.Memory = class extends Memory { constructor(...of) { super(...of); memories++; } };
      const { predict } = await import('file://${file}');
      await Promise.all([1, 2].map(() => predict(new Uint8Array(784).fill(200, 300, 400))));
      await predict(new Uint8Array(784));
      console.log(memories)`;
    const args = ['--input-type=module', '--eval', script];
    // The decoder's, and the network's.
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe('2\n');
  });

  it.for([2 ** 30, 4096])('compiles on the spot, where it may: up to %d bytes', (most) => {
    const file = writeShipped(folder, named('lenet5'), { name: 'spot' });
    const script = `let handed = 0;
      const { Module, instantiate } = WebAssembly;
      WebAssembly.instantiate = (...of) => { handed++; return instantiate(...of); };
      WebAssembly.Module = class { constructor(bytes) {
        if (bytes.length > ${most}) throw new RangeError('disallowed on the main thread');
        return new Module(bytes);
      } };
      const { predict } = await import('file://${file}');
      const { answers } = await predict(new Uint8Array(784).fill(200, 300, 400));
      console.log(answers.length, handed)`;
    const args = ['--input-type=module', '--eval', script];
    const handed = most === 4096 ? 1 : 0;
    expect(execFileSync(process.execPath, args, { encoding: 'utf8' })).toBe(`3 ${handed}\n`);
  });

  it('is the same file each time', () => {
    const [first, second] = [0, 1].map(() => [...exportModel(named('lenet5'), { name: 'a' })]);
    expect(first).toEqual(second);
  });
});

describe('the size of the file', () => {
  it('of LeNet-5 is at most 250 KB, with float16 140 KB', () => {
    const sizes = (['float32', 'float16', 'int8'] as const).map(
      (weights) => [...exportModel(named('lenet5'), { name: 'a', weights }).values()][0].length,
    );
    expect(sizes[0]).toBeLessThan(250_000);
    expect(sizes[1]).toBeLessThan(140_000);
    expect(sizes[2]).toBeLessThan(100_000);
  });
});

describe('what cannot be shipped', () => {
  it('is a network that names no classes, and says so', () => {
    const maps = sequential({ inputShape: [8, 8, 1] }, [conv2d({ filters: 2, kernelSize: 3 })]);
    expect(() => exportModel(randomModel(maps), { name: 'a' })).toThrow(
      /\(6, 6, 2\) for one picture\n.*shipped as one file/,
    );
  });
});

describe('inputs that are none', () => {
  const ask = async (inputs: readonly string[]): Promise<string[]> => {
    const file = writeShipped(folder, named('lenet5-1998'), { name: 'wrong' });
    const script = `const { predict } = await import('file://${file}');
      const said = [];
      for (const input of [${inputs.join(', ')}]) await predict(input).then(() => said.push('answered'), (e) => said.push(e.name + ': ' + e.message));
      console.log(JSON.stringify(said))`;
    const args = ['--input-type=module', '--eval', script];
    return JSON.parse(execFileSync(process.execPath, args, { encoding: 'utf8' })) as string[];
  };

  it('are told what was received and what is taken', async () => {
    const said = await ask([
      'new Uint8Array(785)',
      'new Float32Array(784)',
      'new Float32Array(1024).fill(NaN)',
      '[[0, 1], [2]]',
      '[[0.5, 1], [0, 0.25]]',
      '[[[1, 2], [3]]]',
      'undefined',
      '"picture.png"',
      '{ width: 2, height: 2, data: [1, 2, 3] }',
      '{ width: 3, height: 2, channels: 1, pixels: new Uint8Array(5) }',
      '{ width: 100000, height: 100000, channels: 1, pixels: new Uint8Array(5) }',
      '[new Uint8Array(784), new Uint8Array(3)]',
    ]);
    const words = [
      /received 785 bytes\n {2}expected: 1024: \(32, 32, 1\) or 784: \(28, 28, 1\)\n {2}to fix: .*ImageData/,
      /received 784 numbers\n {2}expected: 1024: \(32, 32, 1\), one picture/,
      /NaN or Infinity/,
      /nested arrays that are no picture\n {2}expected: \[row\]\[column\]/,
      /received the pixel 0.5\n {2}expected: whole numbers from 0 to 255\n {2}to fix: .*Float32Array/,
      /no picture/,
      /received undefined\n {2}expected: an ImageData/,
      /received string/,
      /an ImageData of 2 x 2 with 3 numbers\n {2}expected: 16/,
      /a picture of 3 x 2 with 1 channels and 5 pixels/,
      /a picture of 100000 x 100000\n/,
      /received 3 bytes/,
    ];
    expect(said).toHaveLength(words.length);
    words.forEach((word, i) => {
      expect(said[i]).toMatch(word);
      expect(said[i]).toMatch(/^FoveaError: /);
    });
  });

  it('does not mind an empty batch, nor pixels with a border or without', async () => {
    expect(await ask(['[]', 'new Uint8Array(784)', 'new Uint8Array(1024)'])).toEqual(
      Array(3).fill('answered'),
    );
  });
});

/** Other runtimes that a machine may have: FOVEA_RUNTIMES="/path/to/node20 /path/to/deno /path/to/bun". */
describe('other runtimes', () => {
  const programs = (process.env.FOVEA_RUNTIMES ?? '').split(' ').filter((word) => word !== '');
  if (programs.length === 0) skipped('the same bits', 'FOVEA_RUNTIMES is not set');
  for (const program of programs) {
    it(`${program}: the same bits`, async () => {
      const model = named('lenet5');
      const file = writeShipped(folder, model, { name: path.basename(program) });
      const args = /deno$/.test(program) ? ['eval'] : /bun$/.test(program) ? ['-e'] : undefined;
      const asked = { program, ...(args === undefined ? {} : { args }) };
      const { plan, ...answers } = await answersOfProcess(file, asked);
      const isFused = !plan.includes('multiply then add');
      const expected = isFused ? answersHere(model) : withoutRelaxed(() => answersHere(model));
      expect(answers).toEqual(await expected);
      const { plan: _, ...plain } = await answersOfProcess(file, {
        ...asked,
        load: { relaxedSimd: 'off' },
      });
      expect(plain).toEqual(await withoutRelaxed(() => answersHere(model)));
    });
  }
});
