/**
 * @file The "AlexNet" of notebooks, for CIFAR-10. Before: `alexnetParts.ts`. The last chapter.
 */
import { type Chapter, correction, figure, heading, p } from '../chapter.ts';
import { counted, layerOf, parameterCounts, summaryOf } from '../numbers/networks.ts';
import { notebook, pictures, splitInto } from '../numbers/training.ts';
import { by, code, em, link, list, measured, n, paper, percent, prose, said } from '../prose.ts';

const MODEL = 'alexnet-cifar10';

export const alexnetCifar10: Chapter = {
  id: 'alexnet-cifar10',
  part: 'AlexNet',
  title: 'Training one on CIFAR-10',
  about: 'The network of notebooks, and its numbers',
  body: () => {
    const { totals, inputShape } = summaryOf(MODEL);
    const { dense } = counted(MODEL, 'modern').counted;
    const { epochs, batchSize, validationSplit, optimizer } = notebook(MODEL);
    const { steps, left } = splitInto(pictures.cifar10.train, notebook(MODEL));
    const first = layerOf(MODEL, 'conv2d').window?.kernel ?? [];
    return [
      p(prose`CIFAR-10 has ${n(pictures.cifar10.train)} colour pictures of ${by(...inputShape.slice(0, 2))} pixels to train on, of ten classes. A
        network for pictures seven times as wide does not fit them, so notebooks write one of the same outline.`),
      correction('notAlexnet', {
        says: prose`${said('Implement AlexNet … and evaluate its performance.')}`,
        holds: prose`What is built shares the number of layers with AlexNet. Its first kernel is ${by(...first)} every
          pixel, all padding is same, nothing is normalised, there are no towers, and it is trained by Adam. It has
          ${n(totals.parameters)} parameters (${list(parameterCounts(MODEL))}), ${percent(dense.parameters / totals.parameters)} of
          them in full layers. In the texts the printout breaks off before the sum.`,
        sources: [
          { work: 'krizhevsky2012', where: 'section 3.5, for the network it is not' },
          { computed: 'the table below' },
        ],
      }),
      figure(
        { kind: 'layers', model: MODEL, columns: ['output', 'parameters', 'multiplyAdds'] },
        prose`The network of the notebooks, layer for layer.`,
      ),
      heading('training', 'Its training'),
      p(prose`The last ${percent(validationSplit)} validate; ${n(left)} are left, ${n(steps)} steps of ${n(batchSize)} an epoch,
        ${n(epochs)} epochs. The texts report ${paper('0.634')} on the test set, again one run without a seed.
        We could not repeat it at Adam’s usual rate, and neither could another framework; at
        ${n(optimizer.learningRate, 4)} the library reaches ${measured('0.697')} and ${measured('0.706')} with two seeds. A rate that is
        right for two layers of convolution is too high for eight layers without normalisation.`),
      p(prose`An epoch of ${n(totals.multiplyAdds)} multiply-adds a picture takes minutes on a processor, so this one
        is for the command line: ${code('fovea train alexnet-cifar10 --data cifar10 --recipe text')}. In the page a smaller
        network on the same pictures shows the same things.`),
      figure(
        {
          kind: 'training',
          query: 'data=cifar10',
          label: 'A small network on CIFAR-10',
        },
        prose`LeNet-5, made for three colours. The data set is fetched once when you press play, and kept.`,
      ),
      heading('nets-of-2012', 'The networks of 2012 for CIFAR-10'),
      p(prose`Krizhevsky’s own were smaller and better: three convolutions and a full layer are ${em('enough')} for about
        ${paper('18 %')} test error, and with layers that do not share their weights ${paper('11 %')}. Their
        definitions ${link('are kept', 'https://github.com/dnouri/cuda-convnet/tree/master/example-layers')}.`),
    ];
  },
};
