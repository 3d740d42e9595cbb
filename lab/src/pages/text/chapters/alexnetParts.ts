/**
 * @file AlexNet's parts: LRN, overlapping pooling, dropout, augmentation. Before: `whyItWon.ts`. Next stop: `alexnetCifar10.ts`.
 */
import { type Block, type Chapter, correction, figure, heading, p } from '../chapter.ts';
import { optionOf, windowOf } from '../numbers/networks.ts';
import { by, code, em, n, paper, prose, said } from '../prose.ts';

const normOption = (name: string) => Number(optionOf('alexnet', 'norm1', name));

export const alexnetParts: Chapter = {
  id: 'alexnet-parts',
  part: 'AlexNet',
  title: 'Its parts, one by one',
  about: 'Normalisation, overlapping pooling, dropout, augmentation',
  body: () => [...normalization(), ...overlap(), ...dropout(), ...augmentation()],
};

function normalization(): Block[] {
  return [
    heading('normalization', 'Local response normalisation'),
    p(prose`A ReLU has no upper end, so one map may shout down the others. AlexNet divides every number by a term that
      grows with the numbers at the ${em('same place')} in neighbouring maps:
      ${code('b = a / (k + alpha · sum of a²)^beta')}, over ${n(normOption('size'))} maps, with k
      ${n(normOption('k'))}, alpha ${n(normOption('alpha'), 4)} and beta ${n(normOption('beta'), 2)}. In neurons
      this is called lateral inhibition. It was worth ${paper('1.4')} and ${paper('1.2')} points of error
      (top-one, top-five). Later networks normalise over the batch and leave it out.`),
    figure(
      { kind: 'normalization' },
      prose`One place across some maps, before and after. Move the slider: a strong map weakens its
        neighbours, and hardly those further away.`,
    ),
    correction('localResponseNormalization', {
      says: prose`${said('the LRU is a steady proposal (not sure here …)')}`,
      holds: prose`${em('Local response normalisation')}, LRN, a kind of ${said('brightness normalization')} in the
        authors’ words. Mind alpha: the paper does not divide it by the number of maps. PyTorch does, so
        the paper’s ${n(normOption('alpha'), 4)} is ${n(normOption('alpha') * normOption('size'), 4)} there.`,
      sources: [{ work: 'krizhevsky2012', where: 'section 3.3' }],
    }),
    correction('normalizationBeforePooling', {
      says: prose`The table’s order: ${said('Conv1 + Relu, Max Pooling, Norm')}`,
      holds: prose`In the paper the normalisation comes first: convolution, ReLU, normalisation, pooling. Pooling
        before it is CaffeNet, a variant that saves work since pooled maps are smaller. The accuracy that
        the same texts quote belongs to a replica in the paper’s order.`,
      sources: [
        { work: 'krizhevsky2012', where: 'section 3.5' },
        { work: 'caffe', where: 'bvlc_alexnet and bvlc_reference_caffenet' },
      ],
    }),
  ];
}

function overlap(): Block[] {
  const { size, stride: step } = windowOf('alexnet', 'pool1');
  const seven = [7, 7] as const;
  return [
    heading('overlap', 'Overlapping pooling'),
    p(prose`Windows of ${by(size, size)} every ${n(step)} pixels: neighbours share a row or a column. Against windows
      of ${by(step, step)} that stand side by side, and give maps of the same size, it was worth ${paper('0.4')} and
      ${paper('0.3')} points, and the authors found the network a little harder to overfit. Nothing more is claimed; in
      particular it is no cure for shifts.`),
    figure(
      {
        kind: 'window',
        state: { input: seven, kernel: size, stride: step, padding: 'valid', op: 'max' },
      },
      prose`Over ${by(...seven)} numbers. Watch the shared row and column as the window moves.`,
    ),
  ];
}

function dropout(): Block[] {
  const rate = Number(optionOf('alexnet', 'dropout6', 'rate'));
  const kept = 1 - rate;
  return [
    heading('dropout', 'Dropout'),
    p(prose`In every training step each output of a full layer is set to zero with a probability of
      ${n(rate, 1)}. No unit can rely on a particular other one, so each must be of use by itself. It
      about doubles the number of steps that training takes.`),
    figure(
      { kind: 'dropout' },
      prose`Outputs of a layer over some steps: dropped ones are empty. Right: their mean over many steps, and what the
        test uses, in both manners.`,
    ),
    correction('dropoutAtTest', {
      says: prose`${said('Randomly delete some neurons with a defined probability … until the end of training.')}`,
      holds: prose`Nothing is deleted; outputs are zeroed for one step and are back in the next. And what happens in
        a test belongs to it: in 2012 all units work and their outputs are multiplied by ${n(kept, 1)}.
        Today training divides by it instead and the test does nothing (${em('inverted')} dropout). In
        expectation the two are equal.`,
      sources: [{ work: 'krizhevsky2012', where: 'section 4.2' }],
    }),
    correction('placeOfDropout', {
      says: prose`The table has ${said('Dropout (rate 0.5)')} before FC6 and before FC7; the code beside it has it after them.`,
      holds: prose`After: it is on the ${em('outputs')} of the first two full layers, as in the code. Dropout on their
        inputs, which means on pooled maps too, is a well-known slip that one widely used version has kept.`,
      sources: [
        { work: 'krizhevsky2012', where: 'section 4.2' },
        { work: 'vision549', where: 'the report' },
      ],
    }),
  ];
}

function augmentation(): Block[] {
  return [
    heading('augmentation', 'Augmentation'),
    p(prose`A picture of a dog that is mirrored, cropped or lit a little differently is still one. Made anew for
      every epoch on an idle processor, such pictures cost nothing to store.`),
    figure(
      { kind: 'augmentation' },
      prose`One digit as training might see it: moved, turned, scaled, sheared. Digits must not be mirrored; photographs may.`,
    ),
    correction('augmentation', {
      says: prose`${said('Random cropping and horizontal flipping.')}`,
      holds: prose`Two more belong to it. The ${em('colours')} of each picture are shifted along the principal components
        of the training set’s colours, one draw a picture, which was worth over ${paper('1 %')} of top-one error. And
        a ${em('test')} looks at ten crops (four corners, the middle, and their mirror images) and averages
        the ten answers. Crops are ${paper('224 × 224')} out of ${paper('256 × 256')}; the training set’s mean is
        subtracted.`,
      sources: [{ work: 'krizhevsky2012', where: 'section 4.1' }],
    }),
    p(prose`How colours are to be read: the paper multiplies by eigenvalues, which in pixel units are variances in the thousands;
      a tenth of one would white out every picture. The library takes their square roots.`),
  ];
}
