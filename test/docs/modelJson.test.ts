/**
 * @file What docs/model-json.md says of the format, against what checks a model.
 */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { withoutComments } from '../../src/models/commented.ts';
import { activationNames } from '../../src/nn/activations.ts';
import { initializerOption } from '../../src/nn/initializers.ts';
import { parseModelSpec } from '../../src/nn/sequential.ts';
import { PAGE, withLayers } from '../../tools/layerReference.ts';

const page = readFileSync(PAGE, 'utf8');
const part = (heading: string) => page.split(`\n## ${heading}\n`)[1]?.split('\n## ')[0] ?? '';

describe(PAGE, () => {
  it('has the options of every layer (node tools/layerReference.ts writes them)', () => {
    expect(withLayers(page)).toBe(page);
    expect(page).toContain('### dense\n');
  });

  it('shows a model that is one', () => {
    const [, example = ''] = page.match(/```json\n([\s\S]*?)```/) ?? [];
    const spec = parseModelSpec(withoutComments(JSON.parse(example)));
    expect(spec.layers.map(({ name }) => name)).toEqual([
      'conv2d',
      'max_pooling2d',
      'flatten',
      'answer',
    ]);
  });

  it('names every activation, and initializers that there are', () => {
    const activations = [...part('Activations').matchAll(/`(\w+)`/g)].map(([, name]) => name);
    expect(activations).toEqual([...activationNames]);
    const kinds = [...part('Initializers').matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm)].flatMap(
      ([, names]) => names.replaceAll('`', '').split(', '),
    );
    const more: Record<string, object> = { constant: { value: 1 }, values: { values: [1] } };
    for (const kind of kinds) expect(initializerOption.parse({ kind, ...more[kind] })).toBeTruthy();
    expect(kinds).toHaveLength(14);
  });
});
