/**
 * @file ablation-augmentation: pictures as they are, moved and mirrored, and in other light. The shared part is
 * `ablation.ts`.
 */
import { ABLATION_FORMS, ablationStudy } from './ablation.ts';

const { quick, full } = ABLATION_FORMS;

export const ablationAugmentation = ablationStudy({
  name: 'ablation-augmentation',
  revision: 1,
  title: 'Data augmentation',
  question: 'Does augmentation prevent overfitting, and raise the accuracy?',
  text: 'Data augmentation techniques, such as random cropping and horizontal flipping, were applied during training to increase the diversity of the training data.',
  expected:
    '"without this scheme, our network suffers from substantial overfitting"; changed colours take "over 1 %" off the top-1 error (2012, section 4.1)',
  changes:
    'Pictures as they are; moved by up to 4 pixels and mirrored (digits: moved by up to 2, since a mirrored digit is none); and, of colour pictures, their principal colours changed too.',
  forms: { quick: { ...quick, trainCount: 400, epochs: 8 }, full: { ...full, epochs: 20 } },
  conditions: ({ data }) =>
    data === 'cifar10'
      ? {
          moved: { words: 'moved and mirrored', augment: 'translate=4,flip' },
          coloured: { words: 'moved, mirrored, colours changed', augment: 'translate=4,flip,pca' },
          without: { words: 'as they are' },
        }
      : {
          moved: { words: 'moved', augment: 'translate=2' },
          coloured: { words: 'moved, light changed', augment: 'translate=2,light' },
          without: { words: 'as they are' },
        },
  claims: [
    {
      claim: 'Moved (and mirrored) pictures make the gap smaller',
      expected: 'yes (2012)',
      more: 'moved',
      less: 'without',
      by: 'gap',
    },
    {
      claim: 'Moved (and mirrored) pictures raise test accuracy',
      expected: 'yes (2012)',
      more: 'moved',
      less: 'without',
    },
    {
      claim: 'Changed colours or light raise it further',
      expected: 'over 1 point (2012)',
      more: 'coloured',
      less: 'moved',
    },
  ],
});
