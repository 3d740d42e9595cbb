import { describe, expect, it } from 'vitest';
import { modelNames, modelOf } from '../../models/index.ts';
import { layers } from '../layers/index.ts';
import { parseModelSpec, sequential } from '../sequential.ts';
import { layerShapes } from '../shapes.ts';
import type { ModelSpec } from '../spec.ts';
import { spellCounts } from './spelled.ts';
import { summarize } from './summary.ts';

/** What the words come to, by another way than the code that wrote them. */
function evaluated(words: string): number {
  const product = (text: string) => text.split(' x ').reduce((n, factor) => n * Number(factor), 1);
  const sum = (text: string) => text.split(' + ').reduce((n, term) => n + product(term), 0);
  return sum(words.replace(/\(([^)]*)\)/g, (_, inner: string) => String(sum(inner))));
}

function spelledOf(spec: ModelSpec, name: string) {
  const placed = layerShapes(spec).find((layer) => layer.spec.name === name);
  return spellCounts(placed!);
}

function checkAll(spec: ModelSpec): void {
  const placed = layerShapes(spec);
  const { layers: counted } = summarize(spec);
  placed.forEach((layer, i) => {
    const spelled = spellCounts(layer);
    for (const what of ['parameters', 'connections', 'multiplyAdds'] as const) {
      const { words, value } = spelled[what];
      const where = `${spec.name} ${layer.spec.name} ${what}: ${words}`;
      expect(value, where).toBe(counted[i][what]);
      if (words !== '') expect(evaluated(words), where).toBe(value);
    }
  });
}

describe('counts spelled out', () => {
  it('are those of the summary, and the words come to them, in every model', () => {
    for (const name of modelNames) checkAll(modelOf(name));
  });

  it('are so for layers of every kind that has numbers or windows', () => {
    const image = { inputShape: [12, 10, 4] };
    const { conv2d, depthwiseConv2d, separableConv2d, conv2dTranspose, batchNormalization } =
      layers;
    const { maxPooling2d, minPooling2d, globalMaxPooling2d, prelu, dense } = layers;
    checkAll(
      sequential(image, [
        conv2d({ filters: 6, kernelSize: [3, 2], strides: 2, padding: 'same', groups: 2 }),
        batchNormalization(),
        depthwiseConv2d({ kernelSize: 2, useBias: false }),
        separableConv2d({ filters: 5, kernelSize: 2 }),
        conv2dTranspose({ filters: 3, kernelSize: 3, strides: 2 }),
        prelu(),
        maxPooling2d({ poolSize: [2, 3], strides: 1 }),
        minPooling2d({ poolSize: 2 }),
        conv2d({ filters: 7, kernelSize: 2, useBias: false }),
        globalMaxPooling2d(),
        dense({ units: 4, useBias: false }),
      ]),
    );
  });

  it('read as the texts have them', () => {
    const lenet = modelOf('lenet5');
    expect(spelledOf(lenet, 'conv2d_1').parameters).toEqual({
      words: '(5 x 5 x 6 + 1) x 16',
      value: 2416,
    });
    expect(spelledOf(lenet, 'dense').parameters.words).toBe('(256 + 1) x 120');
    const published = modelOf('lenet5-1998');
    expect(spelledOf(published, 'c1').connections.words).toBe('(5 x 5 x 1 + 1) x 6 x 28 x 28');
    expect(spelledOf(published, 'c3').parameters.words).toBe('5 x 5 x 60 + 16');
    expect(spelledOf(published, 's2').connections.words).toBe('(2 x 2 + 1) x 14 x 14 x 6');
    expect(spelledOf(published, 'output').connections).toEqual({ words: '10 x 84', value: 840 });
    expect(spelledOf(modelOf('alexnet'), 'conv2').parameters.words).toBe('(5 x 5 x 48 + 1) x 256');
  });

  it('count shared parameters once', () => {
    const dense = { kind: 'dense', options: { units: 4 } };
    const spec = parseModelSpec({
      inputShape: [4],
      layers: [
        { ...dense, name: 'a' },
        { ...dense, name: 'b', shares: 'a' },
      ],
    });
    checkAll(spec);
    expect(spelledOf(spec, 'b').parameters.value).toBe(0);
    expect(spelledOf(spec, 'b').multiplyAdds.words).toBe('4 x 4');
  });
});
