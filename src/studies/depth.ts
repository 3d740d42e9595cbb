/**
 * @file depth: one convolution removed at a time. The shared part is `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

const REMOVED = ['conv1', 'conv2', 'conv3', 'conv4', 'conv5'] as const;

export const depth = ablationStudy({
  name: 'depth',
  revision: 1,
  title: 'Every convolution counts',
  question: 'What does the network lose with any one of its convolutions removed?',
  text: 'This depth allowed the model to learn complex hierarchical features.',
  expected:
    '"removing any of the middle layers results in a loss of about 2 % for the top-1 performance" (2012, section 7)',
  changes:
    'The whole network, and the same without one convolution (its normalisation goes with it, pooling stays).',
  forms: ABLATION_FORMS,
  conditions: () => ({
    all: { words: 'all five' },
    ...Object.fromEntries(
      REMOVED.map((without) => [
        `without-${without}`,
        { words: `without ${without}`, network: { without } },
      ]),
    ),
  }),
  claims: REMOVED.map((name) => ({
    claim: `Without ${name}, test accuracy falls`,
    expected: name === 'conv1' || name === 'conv5' ? 'not said' : 'about 2 points (2012)',
    more: 'all',
    less: `without-${name}`,
  })),
});
