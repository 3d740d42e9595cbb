import { describe, expect, it } from 'vitest';
import { modelOf } from '../../models/index.ts';
import { accountsOf, requireConvention } from '../../models/published.ts';
import { conventionOf, countAs } from './conventions.ts';
import { compareConventions, formatComparison } from './conventionTable.ts';

const own = modelOf('alexnet-single');
const versions = accountsOf(own);

describe('alexnet-single counted as the table of many texts', () => {
  const { layers, totals } = countAs(own, 'text');
  const counted = layers.filter(({ parameters }) => parameters > 0);

  it('has its parameters row by row', () => {
    expect(counted.map(({ parameters }) => parameters)).toEqual([
      34_944, 614_656, 885_120, 1_327_488, 884_992, 37_748_736, 16_777_216, 4_096_000,
    ]);
    expect(counted[1].parametersAs).toBe('(5*5*96 + 1) * 256');
  });

  it('has its forward computation row by row', () => {
    expect(counted.map(({ computation }) => computation)).toEqual([
      105_705_600, 448_084_224, 149_585_280, 224_345_472, 149_563_648, 37_748_736, 16_777_216,
      4_096_000,
    ]);
    expect(counted[0].computationAs).toBe('(11*11*3 + 1) * 96 * 55 * 55');
  });

  it('has its totals and shares', () => {
    expect(totals).toEqual({ parameters: 62_369_152, computation: 1_135_906_176 });
    expect(compareConventions(versions, 'text').shares).toEqual({
      convolutions: { parameters: 6, computation: 95 },
      dense: { parameters: 94, computation: 5 },
    });
  });
});

describe('the other conventions', () => {
  it('count every bias as a parameter and none as computation', () => {
    const { conventions } = compareConventions(versions, 'modern');
    expect(conventions.modern).toEqual({ parameters: 62_378_344, computation: 1_135_256_096 });
    expect(conventions.paper).toEqual({ parameters: 60_965_224, computation: 724_406_816 });
  });

  it('say in one line why they differ, and never speak of FLOPs', () => {
    const text = formatComparison(compareConventions(versions, 'paper'));
    expect(text.split('\n').at(-1)).toBe(
      'Why they differ: "text" leaves out the 9,192 biases of the dense layers and counts 650,080 ' +
        "additions of biases as computation; the paper's alexnet has two towers in conv2, conv4, conv5.",
    );
    expect(text).not.toMatch(/flop/i);
  });
});

describe('conventions belong to models', () => {
  it('and are refused elsewhere, with what counts instead', () => {
    for (const name of ['lenet5-1998', 'lenet5', 'alexnet-cifar10']) {
      for (const convention of ['paper', 'text'] as const) {
        const wrong = () => requireConvention(modelOf(name), convention);
        expect(wrong).toThrow(
          new RegExp(`alexnet-caffe were counted, not ${name}[^]*fovea summary`),
        );
      }
    }
  });

  it('count any model as tools do, and say what of it is fixed', () => {
    const accounts = requireConvention(modelOf('lenet5-1998'), 'modern');
    const comparison = compareConventions(accounts, 'modern');
    expect(Object.keys(comparison.conventions)).toEqual(['modern']);
    const words = formatComparison(comparison);
    expect(words).toContain('Total: 60,840 parameters (840 of them fixed)');
    expect(words).not.toContain('Why they differ');
  });

  it('take the word that "text" once was', () => {
    expect([conventionOf('seed'), conventionOf('text')]).toEqual(['text', 'text']);
    expect(() => conventionOf('texts')).toThrow(/did you mean "text"/);
  });
});
