/**
 * @file AlexNet: who made it, for what, how large, how good. Before: `lenet5Training.ts`. Next stop: `alexnetTable.ts`.
 */
import { type Chapter, correction, figure, heading, p } from '../chapter.ts';
import {
  countedLayer,
  layerOf,
  optionOf,
  parameterCounts,
  summaryOf,
  windowOf,
} from '../numbers/networks.ts';
import { by, code, em, n, paper, prose, said } from '../prose.ts';

/** Side of the input that the paper prints. */
const PRINTED = 224;

export const alexnet: Chapter = {
  id: 'alexnet',
  part: 'AlexNet',
  title: 'AlexNet',
  about: 'Eight layers, two graphics cards, and a contest',
  body: () => {
    const { totals, inputShape } = summaryOf('alexnet');
    const { size: kernel, stride } = windowOf('alexnet', 'conv1');
    const [side = 0, , maps = 0] = layerOf('alexnet', 'conv1').outputShape;
    return [
      p(prose`In 2012 a network won the ImageNet contest by a margin that ended a discussion: of its five
        guesses all were wrong for ${paper('15.3 %')} of the pictures; for the next best method, of
        hand-made features, for ${paper('26.2 %')}. It was a LeNet of another size: five convolutions and
        three full layers, ${n(parameterCounts('alexnet').length)} layers with weights,
        ${n(totals.parameters)} of them, trained for five to six days on two graphics cards.`),
      correction('authors', {
        says: prose`${said('AlexNet was designed by Hinton … and his student Alex Krizhevsky.')}`,
        holds: prose`By Alex Krizhevsky, Ilya Sutskever and Geoffrey Hinton, in this order.`,
        sources: [{ work: 'krizhevsky2012', where: 'title page' }],
      }),
      figure(
        {
          kind: 'layers',
          model: 'alexnet',
          columns: ['output', 'parameters', 'multiplyAdds', 'field'],
        },
        prose`AlexNet as it was published, two towers and all. Multiply-adds are those of one picture.`,
      ),
      heading('input', 'Its input'),
      correction('input227', {
        says: prose`${said('3 * 227 * 227')}, without a comment; other texts have ${said('224')}.`,
        holds: prose`The paper prints ${n(PRINTED)}, and that cannot be: a window of ${n(kernel)} every ${n(stride)} pixels over
          ${n(PRINTED)} does not come out even: ${code(`(${PRINTED} - ${kernel}) / ${stride}`)} is ${n((PRINTED - kernel) / stride, 2)}.
          With ${n(inputShape[0] ?? 0)}, or with padding of two, it gives the ${by(side, side)} that everyone agrees on. Nor
          do the ${paper('253,440')} neurons of the paper’s Figure ${paper('2')} fit: ${by(side, side, maps)}
          is ${n(side * side * maps)}.`,
        sources: [
          { work: 'krizhevsky2012', where: 'section 3.5 and Figure 2' },
          { computed: 'the arithmetic of the first window' },
        ],
      }),
      heading('towers', 'Two towers'),
      p(prose`One card of the time held three gigabytes, too little. So the maps were shared out between two: half of
        every layer on each, and only some layers see both halves. conv2, conv4 and conv5 see the maps
        of their own card; conv3 and the full layers see all. In today’s words these are
        ${em('groups')}: ${code(`groups: ${String(optionOf('alexnet', 'conv2', 'groups'))}`)}. The weights of conv2
        are ${code(countedLayer('alexnet', 'conv2', 'modern').parametersAs)}, not
        ${code(countedLayer('alexnet-single', 'conv2', 'modern').parametersAs)}: half as many.`),
      heading('accuracy', 'How good was it?'),
      correction('whoseAccuracy', {
        says: prose`${said('Its official model has an accuracy of 57.1% and top 1-5 reaches 80.2%.')}`,
        holds: prose`These are of a replica, Caffe’s BVLC AlexNet: one centre crop, validation pictures, no
          augmentation of colours, and biases of ${paper('0.1')} where the paper has one. The paper’s own
          single network, ten crops averaged, is at ${paper('59.3 %')} and ${paper('81.8 %')} on the
          validation set of 2012 (it prints errors: ${paper('40.7 %')} and ${paper('18.2 %')}). Seven networks
          together, two of them trained on more data first, made the ${paper('15.3 %')} of the contest.`,
        sources: [
          { work: 'krizhevsky2012', where: 'Table 2 and section 6' },
          { work: 'caffe', where: 'bvlc_alexnet' },
        ],
      }),
    ];
  },
};
