/**
 * @file AlexNet's table, to the last digit, and by what rules it counts. Before: `alexnet.ts`. Next stop: `alexnetRoles.ts`.
 */
import { type Chapter, correction, figure, heading, p } from '../chapter.ts';
import { biases, counted, countedLayer, layerOf } from '../numbers/networks.ts';
import { code, em, n, percent, prose, said } from '../prose.ts';

const SINGLE = 'alexnet-single';

export const alexnetTable: Chapter = {
  id: 'alexnet-table',
  part: 'AlexNet',
  title: 'Its table, to the last digit',
  about: 'Three ways to count one network',
  body: () => {
    const text = counted(SINGLE, 'text').counted;
    const modern = counted(SINGLE, 'modern').counted;
    const towers = counted('alexnet', 'paper').counted;
    const { dense, additions } = biases(SINGLE);
    const conv2 = countedLayer(SINGLE, 'conv2', 'text');
    const dense6 = (convention: 'text' | 'modern', layer: string) =>
      countedLayer(SINGLE, layer, convention).parameters;
    const share = (part: number, all: number) => percent(part / all);
    return [
      p(prose`Text after text prints the same table: each layer with its parameters and its “forward computation”.
        Every row can be worked out. Of conv2, for example, ${code(conv2.parametersAs)} is
        ${n(conv2.parameters)}, and ${code(conv2.computationAs)} is ${n(conv2.computation)}. The rows are
        right, each by its rule. The rules are mixed.`),
      figure(
        { kind: 'conventions', model: SINGLE },
        prose`One network, counted as texts do, as tools do today, and as it was published. Choose the
          convention; what differs is marked.`,
      ),
      correction('sixtyMillion', {
        says: prose`${said('Overall: 62369152 = 62.3 million')}, beside ${said('a total of 60 million parameters')}.`,
        holds: prose`Two networks under one name. The table is of one tower, with the biases of convolutions
          and without those of full layers: ${n(text.totals.parameters)}. With all biases it is
          ${n(modern.totals.parameters)}. The ${em('sixty million')} of the paper are those of two towers:
          ${n(towers.totals.parameters)}.`,
        sources: [
          { work: 'krizhevsky2012', where: 'abstract and section 3.5' },
          { computed: 'the three conventions' },
        ],
      }),
      correction('denseBiases', {
        says: prose`FC6 ${said('37748736')}, FC7 ${said('16777216')}, FC8 ${said('4096000')}`,
        holds: prose`With their biases ${n(dense6('modern', 'fc6'))}, ${n(dense6('modern', 'fc7'))} and
          ${n(dense6('modern', 'fc8'))}; the table leaves out ${n(dense)} of them, though it counts those of
          convolutions. Its own figures are ${n(dense6('text', 'fc6'))}, ${n(dense6('text', 'fc7'))} and
          ${n(dense6('text', 'fc8'))}.`,
        sources: [{ computed: 'each layer under both conventions' }],
      }),
      correction('multiplyAdds', {
        says: prose`${said('Forward computation: 1135906176 = 1.1 billion')}`,
        holds: prose`Of what? For convolutions the table counts each addition of a bias as well, ${n(additions)} in
          all, for full layers it does not. Pure multiply-adds are ${n(modern.totals.computation)}, in two
          towers ${n(towers.totals.computation)}. A multiply-add is one multiplication and one addition, so
          whoever counts floating-point operations gets about twice as many: say which.`,
        sources: [{ computed: 'the three conventions' }],
      }),
      correction('sharesByConvention', {
        says: prose`${said('Conv: 3.7 million (6%), FC: 58.6 million (94%)')}; computation ${said('95%')} and ${said('5%')}`,
        holds: prose`Right: ${n(text.convolutions.parameters)} and ${n(text.dense.parameters)},
          ${share(text.convolutions.parameters, text.totals.parameters)} and ${share(text.dense.parameters, text.totals.parameters)}; of the
          computation ${share(text.convolutions.computation, text.totals.computation)} and
          ${share(text.dense.computation, text.totals.computation)}. With the two towers it is
          ${share(towers.convolutions.parameters, towers.totals.parameters)} and
          ${share(towers.convolutions.computation, towers.totals.computation)} for the convolutions: the
          point stands under any rule.`,
        sources: [{ computed: 'the sums by kind of layer' }],
      }),
      heading('end', 'The last row'),
      correction('noReluOnScores', {
        says: prose`${said('FC8 + Relu')}`,
        holds: prose`The last layer has no ReLU. Its ${n(layerOf('alexnet', 'fc8').outputShape[0] ?? 0)} scores go into a softmax; a ReLU there
          would make all negative scores alike, and where all are negative the network could say
          nothing and learn nothing.`,
        sources: [{ work: 'krizhevsky2012', where: 'section 3.5' }],
      }),
    ];
  },
};
