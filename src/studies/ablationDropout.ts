/**
 * @file ablation-dropout: the dense layer with dropout and without. The shared part is `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

const { quick, full } = ABLATION_FORMS;

export const ablationDropout = ablationStudy({
  name: 'ablation-dropout',
  revision: 1,
  title: 'Dropout',
  question: 'Does dropout prevent overfitting?',
  text: 'Dropout is also a concept often said, which can effectively prevent overfitting of neural networks.',
  expected:
    '"without dropout, our network exhibits substantial overfitting"; it "roughly doubles the number of iterations" (2012, section 4.2; no figure given)',
  changes:
    'Dropout of one half behind the dense layer, or none; trained longer than the other ablations, since overfitting takes time.',
  forms: {
    quick: { ...quick, trainCount: 400, epochs: 8 },
    full: { ...full, seeds: 5, epochs: 20 },
  },
  conditions: () => ({
    dropout: { words: 'dropout of one half' },
    without: { words: 'none', network: { dropout: 0 } },
  }),
  claims: [
    {
      claim: 'Dropout makes the gap from training to test smaller',
      expected: 'yes (text, 2012)',
      more: 'dropout',
      less: 'without',
      by: 'gap',
    },
    {
      claim: 'Dropout raises test accuracy',
      expected: 'yes (2012)',
      more: 'dropout',
      less: 'without',
    },
  ],
});
