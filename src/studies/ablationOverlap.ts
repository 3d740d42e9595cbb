/**
 * @file ablation-overlap: pooling windows of 3 every 2 against windows of 2 every 2. The shared part is `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

export const ablationOverlap = ablationStudy({
  name: 'ablation-overlap',
  revision: 1,
  title: 'Overlapping pooling',
  question: 'Is pooling better when its windows overlap?',
  text: "AlexNet used overlapping max-pooling, which allows the pooling windows to overlap. This captures more spatial information and improves the model's translation invariance.",
  expected:
    '0.4 points of top-1 and 0.3 of top-5 error against windows of 2 every 2; "slightly more difficult to overfit" (2012, section 3.4)',
  changes:
    'Windows of 3 x 3 every 2 pixels against windows of 2 x 2 every 2; the maps have the same sizes.',
  forms: ABLATION_FORMS,
  conditions: () => ({
    overlapping: { words: '3 x 3 every 2' },
    apart: { words: '2 x 2 every 2', network: { poolSize: 2 } },
  }),
  claims: [
    {
      claim: 'Overlapping windows raise test accuracy',
      expected: '0.4 points (2012)',
      more: 'overlapping',
      less: 'apart',
    },
    {
      claim: 'Overlapping windows overfit less (the gap is smaller)',
      expected: 'slightly (2012)',
      more: 'overlapping',
      less: 'apart',
      by: 'gap',
    },
  ],
});
