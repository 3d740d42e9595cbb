/**
 * @file The LeNet-5 of notebooks: its code, its training, its numbers. Before: `lenet5Limits.ts`. Next stop: `alexnet.ts`.
 */
import { type Chapter, correction, figure, heading, listing, p } from '../chapter.ts';
import { layerOf, parameterCounts, summaryOf } from '../numbers/networks.ts';
import { notebook, pictures, splitInto } from '../numbers/training.ts';
import { by, code, em, link, list, measured, n, paper, percent, prose, said } from '../prose.ts';

export const lenet5Training: Chapter = {
  id: 'lenet5-training',
  part: 'LeNet-5',
  title: 'Writing and training it',
  about: 'The version of notebooks, in ten lines, live',
  body: () => {
    const { totals, inputShape } = summaryOf('lenet5');
    const original = summaryOf('lenet5-1998');
    const { steps, left } = splitInto(pictures.mnist.train, notebook('lenet5'));
    const { epochs, batchSize, validationSplit, optimizer } = notebook('lenet5');
    return [
      p(prose`Here is what most notebooks build. It takes ten lines, trains in seconds, and is worth
        having.`),
      listing('ts', SOURCE),
      correction('kerasLenet', {
        says: prose`${said('Building the model architecture (LeNet-5).')}`,
        holds: prose`A network of the same family. It reads ${by(...inputShape.slice(0, 2))} instead of
          ${by(...original.inputShape.slice(0, 2))}, its second convolution sees all maps (${n(layerOf('lenet5', 'conv2d_1').parameters)} parameters
          instead of ${n(layerOf('lenet5-1998', 'c3').parameters)}), pooling is a plain mean, and it ends in a
          softmax: ${list(parameterCounts('lenet5'))}, in all ${n(totals.parameters)} parameters against
          ${n(original.totals.trainable)}. In the texts the printout of the summary breaks off
          before the sum.`,
        sources: [
          { work: 'lecun1998', where: 'section II.B' },
          { computed: 'both networks, side by side' },
        ],
      }),
      figure(
        { kind: 'layers', model: 'lenet5', columns: ['output', 'parameters', 'multiplyAdds'] },
        prose`The version of notebooks, whole.`,
      ),
      heading('data', 'The data'),
      correction('pixelRange', {
        says: prose`${said('Normalizing the pixel values between 0 and 1.')}`,
        holds: prose`That is what division by ${code('255')} does, and it works. It is not the scaling of 1998,
          ${paper('-0.1')} to ${paper('1.175')}: centred inputs keep the first layer’s gradients from all
          pointing the same way. Here a network carries its own scaling, so that either is used as it was
          meant.`,
        sources: [{ work: 'lecun1998', where: 'section II.B' }],
      }),
      p(prose`The notebooks hold back the last ${percent(validationSplit)} of the ${n(pictures.mnist.train)} digits to watch
        for overfitting. That leaves ${n(left)}, which are ${n(steps)} steps of ${n(batchSize)}: the number
        that Keras prints beside its progress bar.`),
      heading('compile', 'Loss and optimiser'),
      correction('lossByName', {
        says: prose`${code('loss=keras.metrics.categorical_crossentropy')}`,
        holds: prose`A metric in the place of a loss. It works by accident, for both names stand for one
          function; write ${code("loss='categorical_crossentropy'")} or take it from ${code('keras.losses')}.
          And take everything from ${code('keras')} or everything from ${code('tensorflow.keras')}: the
          notebooks mix the two, which may be different versions.`,
        sources: [{ work: 'keras', where: 'losses' }],
      }),
      p(prose`The rest is Adam at a rate of ${n(optimizer.learningRate, 3)}, ${n(epochs)} epochs. In 1998 it was another
        method altogether: one digit at a time, each weight with a rate of its own, found from second
        derivatives; ${paper('20')} passes. The library trains that one too.`),
      heading('result', 'The result'),
      figure(
        {
          kind: 'training',
          query: 'rate=0.001',
          label: 'LeNet-5 on digits',
        },
        prose`The same network and recipe on digits that are drawn by code while the page loads. Press play. On
          two cores an epoch takes a few seconds at most; ${link('the Train page', '#/train')} has every setting.`,
      ),
      correction('oneRun', {
        says: prose`${said('Test accuracy: 0.9764')}`,
        holds: prose`One run of three epochs without a seed. Run it again and another number comes out; on
          ${n(pictures.mnist.test)} digits a tenth of a per cent is ten digits, about what another seed makes. A result is
          a mean over seeds with its spread, and the test set is looked at once. Change the seed in
          the figure and watch the curves move.`,
        sources: [{ computed: 'the figure above, under other seeds' }],
      }),
      p(prose`For comparison, the network and training of the paper, run by this library with three
        seeds, end at ${measured('0.93 % +- 0.10')} errors on MNIST; the paper reports ${paper('0.95 %')}.
        The account is in ${code('docs/lenet5.md')}, with everything that had to be chosen because the
        paper does not say it: ${em('first weights matter most')}.`),
    ];
  },
};

/** As `src/models/lenet5.ts` has it; `text.test.ts` compares what it builds. */
export const SOURCE = `
const lenet5 = sequential({ inputShape: [28, 28, 1] }, [
  layers.conv2d({ filters: 6, kernelSize: 5, activation: 'tanh' }),
  layers.averagePooling2d({ poolSize: 2, strides: 2 }),
  layers.conv2d({ filters: 16, kernelSize: 5, activation: 'tanh' }),
  layers.averagePooling2d({ poolSize: 2, strides: 2 }),
  layers.flatten(),
  layers.dense({ units: 120, activation: 'tanh' }),
  layers.dense({ units: 84, activation: 'tanh' }),
  layers.dense({ units: 10, activation: 'softmax' }),
]);
for await (const event of fit(session, lenet5, data, { epochs: 3, validationSplit: 0.2 })) {
  if (event.type === 'epoch') console.log(event.epoch, event.train, event.validation);
}
`;
