/**
 * @file Reads golden cases: `ops/*.safetensors` of an independent framework, and our own hand-checked JSON.
 *
 * Ours, in `cases/`, write tensors as nested lists, so that a reader can follow the arithmetic:
 *
 *   { "op", "why", "attrs": {}, "input": { "x": [[1, 2]] }, "output": [..], "output.grad": [..], "grad": { "x": [..] } }
 *
 * `labels` are whole numbers (i32).
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { readSafetensors } from '../../src/interop/safetensors/safetensors.ts';
import type { GoldenCase, GoldenTensor } from './goldenOps.ts';

export function readGoldenSafetensors(path: string): GoldenCase {
  const { tensors, metadata } = readSafetensors(readFileSync(path), path);
  const under = (prefix: string): Record<string, GoldenTensor> =>
    Object.fromEntries(
      [...tensors]
        .filter(([name]) => name.startsWith(prefix))
        .map(([name, tensor]) => [name.slice(prefix.length), tensor]),
    );
  return {
    op: metadata.op,
    attrs: JSON.parse(metadata.attrs),
    inputs: under('input.'),
    output: tensors.get('output')!,
    outputGradient: tensors.get('output.grad')!,
    gradients: under('grad.'),
  };
}

type Nested = number | readonly Nested[];

interface HandMade {
  readonly op: string;
  readonly attrs: Record<string, unknown>;
  readonly input: Readonly<Record<string, Nested>>;
  readonly output: Nested;
  readonly 'output.grad': Nested;
  readonly grad: Readonly<Record<string, Nested>>;
}

export function readHandMade(path: string): GoldenCase {
  const file = JSON.parse(readFileSync(path, 'utf8')) as HandMade;
  const all = (table: Readonly<Record<string, Nested>>): Record<string, GoldenTensor> =>
    Object.fromEntries(
      Object.entries(table).map(([name, nested]) => [name, tensorOf(nested, name)]),
    );
  return {
    op: file.op,
    attrs: file.attrs,
    inputs: all(file.input),
    output: tensorOf(file.output),
    outputGradient: tensorOf(file['output.grad']),
    gradients: all(file.grad),
  };
}

function tensorOf(nested: Nested, name = ''): GoldenTensor {
  const shape: number[] = [];
  for (let inner = nested; typeof inner !== 'number'; inner = inner[0]) shape.push(inner.length);
  const data = numbersOf(nested);
  return { shape, data, dtype: name === 'labels' ? 'I32' : 'F32' };
}

function numbersOf(nested: Nested): number[] {
  return typeof nested === 'number' ? [nested] : nested.flatMap(numbersOf);
}

/** The files of a folder, sorted. */
export function filesIn(folder: string, extension: string): string[] {
  return readdirSync(folder)
    .filter((name) => name.endsWith(extension))
    .sort()
    .map((name) => join(folder, name));
}
