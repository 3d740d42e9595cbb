/**
 * @file ablation-lrn: with local response normalisation and without. The shared part is `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

export const ablationLrn = ablationStudy({
  name: 'ablation-lrn',
  revision: 1,
  title: 'Local response normalisation',
  question: 'Does local response normalisation raise the accuracy?',
  text: 'AlexNet introduced Local Response Normalization (LRN) layers. [...] This helped the model in distinguishing fine details in images.',
  expected:
    '1.4 points of top-1 and 1.2 of top-5 error on ILSVRC-2010 (2012, section 3.3); 13 % to 11 % error on CIFAR-10',
  changes:
    "Compared are the paper's numbers (k 2, alpha 0.0001, over 5 maps), none at all, and alpha 0.05 with k 1. The paper reads pixels of -128 to 127, this network numbers of 0 to 1, whose squares alpha 0.0001 hardly feels: the third condition is one that does.",
  forms: ABLATION_FORMS,
  conditions: () => ({
    paper: { words: "the paper's numbers" },
    strong: { words: 'alpha 0.05, k 1', network: { normalization: { k: 1, alpha: 0.05 } } },
    without: { words: 'none', network: { normalization: null } },
  }),
  claims: [
    {
      claim: "The paper's normalisation raises test accuracy",
      expected: '1.4 points (2012)',
      more: 'paper',
      less: 'without',
    },
    {
      claim: 'One that feels the activations raises it',
      expected: '1.4 points (2012)',
      more: 'strong',
      less: 'without',
    },
  ],
});
