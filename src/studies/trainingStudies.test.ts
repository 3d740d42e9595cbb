import { describe, expect, it } from 'vitest';
import { batchSize } from './batchSize.ts';
import { openMeasurer } from './engine/measureTrial.ts';
import { initialisation } from './initialisation.ts';
import { learningRate } from './learningRate.ts';
import { pretraining } from './pretraining.ts';
import type { Figures, Form, Results, Study } from './study.ts';
import { textLenet } from './textRecipes.ts';

/** Some trials of a tiny form. */
async function measured<F extends Form, S>(
  study: Study<F, S>,
  changes: Partial<F>,
  ids: readonly string[],
): Promise<Figures[]> {
  const form = { ...study.forms.quick, trainCount: 60, testCount: 20, seeds: 1, ...changes };
  const measurer = await openMeasurer(study as unknown as Study, form, { threads: 1 }, undefined);
  const found: Figures[] = [];
  for (const id of ids) found.push((await measurer.measure(id)).figures);
  await measurer.close();
  return found;
}

/** Every trial of a form with three seeds, as if it had this accuracy. */
function imagined<F extends Form, S>(
  study: Study<F, S>,
  accuracyOf: (settings: S, seed: number) => number,
): Results<F, S> {
  const form = { ...study.forms.quick, seeds: 3 };
  const trials = study.trials(form).map((trial) => {
    const accuracy = accuracyOf(trial.settings, trial.seed) + 0.0001 * trial.seed;
    return { trial, figures: { numbers: { accuracy, diverged: accuracy < 0.11 ? 1 : 0 } } };
  });
  return { form, trials };
}

const verdictsOf = <F extends Form, S>(study: Study<F, S>, results: Results<F, S>) =>
  study.conclude(results).findings.map(({ verdict }) => verdict);

describe('learning-rate', () => {
  it('trains at the rate it says', async () => {
    const ids = ['adam-0.00003-seed1', 'adam-0.01-seed1'];
    const [slow, fast] = await measured(learningRate, { epochs: 8 }, ids);
    expect(fast?.numbers.accuracy).toBeGreaterThan((slow?.numbers.accuracy ?? 1) + 0.1);
  });

  it('finds the best rate, and how many are about as good', () => {
    const results = imagined(learningRate, ({ optimizer, learningRate: rate }) => {
      if (optimizer === 'adam') return rate >= 0.0003 && rate <= 0.01 ? 0.95 : 0.6;
      return rate === 0.1 ? 0.95 : rate > 1 ? 0.1 : 0.6;
    });
    const { findings, tables } = learningRate.conclude(results);
    expect(findings[0]).toMatchObject({ verdict: 'supported' });
    expect(findings[0]?.note).toMatch(/Adam 4\.0, gradient descent 1\.0/);
    expect(findings[2]?.claim).toMatch(/largest, 3, .* best rate \(0\.1\)/);
    expect(tables[0]?.rows[7]).toEqual(['gradient descent', '3', '10.02 % ± 0.02', '3 of 3']);
    expect(verdictsOf(learningRate, results).slice(1, 5)).toEqual(Array(4).fill('supported'));
  });
});

describe('batch-size', () => {
  it('takes the same passes in fewer steps', async () => {
    const ids = ['fixed-64-seed1', 'scaled-64-seed1', 'fixed-16-seed1', 'scaled-16-seed1'];
    const [fixed, scaled, small, slower] = await measured(batchSize, { epochs: 1 }, ids);
    expect([fixed, small].map((figures) => figures?.numbers.steps)).toEqual([1, 4]);
    // Both rules give the same rate at 64, and the same bits.
    expect(scaled?.numbers).toEqual(fixed?.numbers);
    expect(slower?.numbers).not.toEqual(small?.numbers);
  });

  it('judges sizes and rules', () => {
    const results = imagined(batchSize, ({ batchSize: size, rates }) =>
      rates === 'scaled' ? 0.95 : 0.95 - size / 10_000,
    );
    expect(verdictsOf(batchSize, results)).toEqual([
      'supported',
      'supported',
      'not supported',
      'supported',
    ]);
  });
});

describe('initialisation', () => {
  it('finds the loss of guessing where all weights are zero', async () => {
    const ids = ['relu-zeros-seed1', 'relu-he-seed1'];
    const [zeros, he] = await measured(initialisation, { epochs: 1 }, ids);
    expect(zeros?.lists?.loss?.[0]).toBeCloseTo(Math.log(10), 2);
    expect(he?.lists?.loss?.[0]).not.toBeCloseTo(Math.log(10), 2);
  });

  it('judges first weights', () => {
    const results = imagined(initialisation, ({ initializer }) =>
      initializer === 'he' ? 0.9 : 0.1,
    );
    expect(verdictsOf(initialisation, results)).toEqual([
      'supported',
      'supported',
      'not supported',
      'supported',
    ]);
  });
});

describe('pretraining', () => {
  it('tests each number of labels', async () => {
    const changes = { labels: [10, 60], passes: 1, steps: 4 };
    const [figures] = await measured(pretraining, changes, ['rbm-seed1']);
    expect(Object.keys(figures?.numbers ?? {})).toEqual(['accuracy/10', 'accuracy/60']);
  });

  it('judges by few labels and by many', () => {
    const form = { ...pretraining.forms.quick, seeds: 3 };
    const trials = pretraining.trials(form).map((trial) => {
      const few = trial.settings === 'rbm' ? 0.7 : 0.6;
      const numbers = { 'accuracy/50': few + 0.001 * trial.seed, 'accuracy/200': 0.8 };
      return { trial, figures: { numbers: { ...numbers, 'accuracy/1000': 0.9 } } };
    });
    expect(verdictsOf(pretraining, { form, trials })).toEqual([
      'not supported',
      'supported',
      'not supported',
      'not supported',
    ]);
  });
});

describe('text-lenet5', () => {
  it('validates by the last fifth after every epoch', async () => {
    const [figures] = await measured(textLenet, { epochs: 2 }, ['text-seed1']);
    expect(figures?.lists?.validation).toHaveLength(2);
    // 12 pictures
    for (const share of figures?.lists?.validation ?? [])
      expect((share * 12) % 1).toBeCloseTo(0, 6);
  });

  it("judges by the text's figures on the text's data alone", () => {
    const accuracies = [0.973, 0.975, 0.976, 0.974, 0.975];
    const trials = accuracies.map((accuracy, i) => ({
      trial: {
        ...{ id: `text-seed${i + 1}`, condition: 'text', seed: i + 1 },
        settings: { learningRate: 0.001 },
      },
      figures: { numbers: { accuracy }, lists: { validation: [0.94, 0.96, 0.97] } },
    }));
    const whole = textLenet.conclude({ form: textLenet.forms.full, trials });
    expect(whole.findings.map(({ verdict }) => verdict)).toEqual(['supported', 'not supported']);
    const shares = ['94.33 %', '96.64 %', '97.37 %', '97.64 %'];
    expect(whole.tables[0]?.rows[0]).toEqual(['the text', ...shares, '1']);
    const { findings } = textLenet.conclude({ form: textLenet.forms.quick, trials });
    expect(findings.map(({ verdict }) => verdict)).toEqual(['undecided', 'undecided']);
    expect(findings[0]?.note).toMatch(/the whole of mnist, this form on 2,000 pictures of digits/);
  });
});
