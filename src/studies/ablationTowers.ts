/**
 * @file ablation-towers: two towers against one of half the kernels, and against one network. The shared part is
 * `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

export const ablationTowers = ablationStudy({
  name: 'ablation-towers',
  revision: 1,
  title: 'Two towers',
  question: 'Are two towers better than one of half the kernels?',
  text: 'The training of AlexNet was parallelized using multiple GPUs.',
  expected:
    '1.7 points of top-1 and 1.2 of top-5 error against a net with half as many kernels in each convolutional layer on one GPU (2012, section 3.2)',
  changes:
    'Two towers that meet in conv3; one tower with half the kernels in every convolution but the last, as the paper compares; and one network of as many kernels without groups, which has more weights.',
  forms: ABLATION_FORMS,
  conditions: () => ({
    two: { words: 'two towers' },
    half: { words: 'one tower, half the kernels', network: { towers: 'half' } },
    whole: { words: 'no groups', network: { towers: 'whole' } },
  }),
  claims: [
    {
      claim: 'Two towers read better than one of half the kernels',
      expected: '1.7 points (2012)',
      more: 'two',
      less: 'half',
    },
    {
      claim: 'One network without groups reads better still',
      expected: 'not said: it was too large for one GPU',
      more: 'whole',
      less: 'two',
    },
  ],
});
