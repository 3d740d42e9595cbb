/**
 * @file Why AlexNet won: ReLUs, depth, data, machines, and what was not among the reasons. Next stop: `alexnetParts.ts`.
 */
import { type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import { parameterCounts, summaryOf } from '../numbers/networks.ts';
import { code, em, link, n, paper, prose, said } from '../prose.ts';

export const whyItWon: Chapter = {
  id: 'why-it-won',
  part: 'AlexNet',
  title: 'Why it won',
  about: 'ReLU, depth, data, machines',
  body: () => [
    heading('relu', 'A function that does not flatten out'),
    p(prose`${code('max(0, x)')}, the rectified linear unit. Squashing functions are flat on both sides, and where they
      are flat a weight learns slowly. A ReLU has a slope of one wherever it is on, and costs next to
      nothing. Its price: where it is off it passes no gradient at all, which is why AlexNet starts the biases
      of five layers at one.`),
    figure(
      { kind: 'curves', functions: ['relu', 'tanh', 'sigmoid'] },
      prose`The ReLU, and the two functions it replaced.`,
    ),
    p(prose`The paper’s Figure ${paper('1')} shows a four-layer network on CIFAR-10 that reaches ${paper('25 %')}
      ${em('training')} error ${paper('six')} times faster with ReLUs than with tanh, each with a rate chosen for
      it and without regularisation. Which network that was is written nowhere that we could read, so
      what can be tried here is a stand-in. On digits both are quick; watch the first steps.`),
    figure(
      {
        kind: 'training',
        query: 'epochs=2&two=1&activation=relu&activation2=tanh',
        label: 'ReLU against tanh',
      },
      prose`Twice the same network from the same seed, once with ReLUs and once with tanh. A rate that
        suits one need not suit the other: ${link('the Train page', '#/train?two=1&activation=relu&activation2=tanh')} lets you choose.`,
    ),
    heading('size', 'Depth, and data to fill it'),
    items(
      prose`${em('Depth.')} ${n(parameterCounts('alexnet').length)} layers with weights. Leave any convolution out, the
        authors found, and it gets worse: about ${paper('2 %')} for a middle one.`,
      prose`${em('Data.')} ${paper('1.2 million')} labelled pictures, hundreds of times what was usual, and more made
        of them by ${link('augmentation', '#/text/alexnet-parts/augmentation')}.`,
      prose`${em('Machines.')} Two graphics cards and convolutions written for them by hand. Spread over both, the network
        is twice as large as one could hold, which was worth ${paper('1.7')} and ${paper('1.2')} points of
        error (top-one, top-five) against half as many kernels on one card.`,
      prose`${em('Care against overfitting')} of ${n(summaryOf('alexnet').totals.parameters)} parameters:
        ${link('dropout', '#/text/alexnet-parts/dropout')}, weight decay, and that augmentation.`,
    ),
    heading('pretraining', 'What was not a reason'),
    correction('noPretraining', {
      says: prose`Among four remedies for too little data: ${said('Unsupervised pre-training: use auto-encoders or RBMs … layer by layer.')}`,
      holds: prose`A technique of its time, and expressly not used: ${said('we did not use any unsupervised pre-training even though we expect that it will help')}.
        The others on that list (augmentation, regularisation, dropout) were.`,
      sources: [{ work: 'krizhevsky2012', where: 'section 7' }],
    }),
    p(prose`Regularisation in general: a term in the loss that grows with the weights keeps them small. Its strength is a
      number to be chosen by hand, as is the share of units that dropout drops; neither comes free.`),
  ],
};
