import { describe, expect, it } from 'vitest';
import { onlyConditions } from '../../test/support/onlyConditions.ts';
import { layerShapes } from '../nn/shapes.ts';
import { ablationAugmentation } from './ablationAugmentation.ts';
import { ablationDropout } from './ablationDropout.ts';
import { depth } from './depth.ts';
import { measureStudy } from './engine/runStudy.ts';
import { allStudies } from './index.ts';
import { type SmallAlexnetOptions, smallAlexnet } from './smallAlexnet.ts';
import type { TrialResult } from './study.ts';

const pictures = { imageShape: [32, 32, 3], classes: ['a', 'b', 'c', 'd'] } as const;

describe('smallAlexnet', () => {
  const layersOf = (options: SmallAlexnetOptions) => layerShapes(smallAlexnet(pictures, options));
  const names = (options: SmallAlexnetOptions) => layersOf(options).map(({ spec }) => spec.name);
  const groups = (options: SmallAlexnetOptions) =>
    layersOf(options).flatMap(({ spec }) => (spec.kind === 'conv2d' ? [spec.options.groups] : []));
  const filters = (options: SmallAlexnetOptions) =>
    layersOf(options).flatMap(({ spec }) => (spec.kind === 'conv2d' ? [spec.options.filters] : []));

  it('has the layers of the paper in their order', () => {
    expect(names({})).toEqual([
      'conv1',
      'conv1Normal',
      'pool1',
      'conv2',
      'conv2Normal',
      'pool2',
      'conv3',
      'conv4',
      'conv5',
      'pool5',
      'flatten',
      'dense',
      'dropout',
      'answer',
    ]); // prettier-ignore
    expect(groups({})).toEqual([1, 2, 1, 2, 2]);
  });

  it('changes what is asked for, and nothing else', () => {
    expect(names({ normalization: null })).toEqual(
      names({}).filter((name) => !name.endsWith('Normal')),
    );
    expect(names({ dropout: 0 })).toEqual(names({}).filter((name) => name !== 'dropout'));
    expect(names({ without: 'conv4' })).toEqual(names({}).filter((name) => name !== 'conv4'));
    expect(groups({ towers: 'whole' })).toEqual([1, 1, 1, 1, 1]);
    expect(filters({ towers: 'half' })).toEqual([8, 16, 24, 24, 32]);
    expect(groups({ without: 'conv1' })).toEqual([1, 1, 2, 2]);
    const shapes = (poolSize: number) =>
      layersOf({ poolSize }).map(({ outputShape }) => outputShape);
    expect(shapes(2)).toEqual(shapes(3));
  });
});

describe('ablations', () => {
  const form = {
    ...ablationDropout.forms.quick,
    trainCount: 40,
    testCount: 20,
    seeds: 1,
    epochs: 1,
  };

  it('measure training, test and the gap between them, of each condition', async () => {
    const two = onlyConditions(ablationAugmentation, 'coloured', 'without');
    const { trials, conclusion } = await measureStudy(two, form, { threads: 1 });
    expect(trials.map(({ trial }) => trial.condition)).toEqual(['coloured', 'without']);
    for (const {
      figures: { numbers },
    } of trials) {
      expect(numbers.gap).toBe((numbers.train ?? 0) - (numbers.test ?? 0));
    }
    expect(conclusion.tables[0]?.rows.map(([words]) => words)).toEqual([
      'moved',
      'moved, light changed',
      'as they are',
    ]);
  });

  it('say which does better on test pictures, and which has the smaller gap', () => {
    const settings = { words: '' };
    const trial = (
      condition: string,
      seed: number,
      test: number,
      gap: number,
    ): TrialResult<typeof settings> => ({
      trial: { id: `${condition}-seed${seed}`, condition, settings, seed },
      figures: { numbers: { test, gap, train: test + gap } },
    });
    const trials = [1, 2, 3].flatMap((seed) => [
      trial('dropout', seed, 0.6 + seed / 100, 0.1),
      trial('without', seed, 0.62 + seed / 100, 0.3),
    ]);
    const { findings } = ablationDropout.conclude({ form, trials });
    expect(findings.map(({ verdict }) => verdict)).toEqual(['supported', 'not supported']);
    expect(findings[0]?.measured).toBe('20.00 points (20.00 to 20.00, 3 seeds)');
    expect(findings[1]?.measured).toBe('-2.00 points (-2.00 to -2.00, 3 seeds)');
  });

  it('name conditions that there are, in every claim', () => {
    for (const study of [depth, ablationDropout, ablationAugmentation]) {
      const conditions = new Set(study.trials(study.forms.full).map(({ condition }) => condition));
      expect(conditions.size).toBe(study.trials({ ...study.forms.full, seeds: 1 }).length);
    }
  });
});

describe('the table of studies', () => {
  it('has a name, a sentence of the text, an expectation, two forms and unique trials for each', () => {
    const names = allStudies.map(({ name }) => name);
    expect(new Set(names).size).toBe(names.length);
    for (const study of allStudies) {
      expect(study.name).toMatch(/^[a-z0-9-]+$/);
      for (const words of [study.question, study.text, study.expected])
        expect(words.length, study.name).toBeGreaterThan(20);
      expect(study.forms.quick.data, study.name).toBe('digits');
      for (const form of Object.values(study.forms)) {
        const ids = study.trials(form).map(({ id }) => id);
        expect(new Set(ids).size, study.name).toBe(ids.length);
        for (const id of ids) expect(id).toMatch(/^[\w.-]+$/);
        expect(study.trials(form), 'the same list each time').toEqual(study.trials(form));
        expect(study.design(form).length).toBeGreaterThan(100);
      }
    }
  });
});
