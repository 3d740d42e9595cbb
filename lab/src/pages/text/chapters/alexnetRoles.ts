/**
 * @file What convolutions, pooling and full layers do in AlexNet. Before: `alexnetTable.ts`. Next stop: `whyItWon.ts`.
 */
import { type Chapter, figure, items, p } from '../chapter.ts';
import { counted, fieldOf, layerOf } from '../numbers/networks.ts';
import { by, em, link, n, percent, prose } from '../prose.ts';

export const alexnetRoles: Chapter = {
  id: 'alexnet-roles',
  part: 'AlexNet',
  title: 'Who does what',
  about: 'Convolutions work, full layers remember, pooling reduces',
  body: () => {
    const { convolutions, dense, totals } = counted('alexnet', 'paper').counted;
    const flat = layerOf('alexnet', 'flatten').outputShape[0] ?? 0;
    return [
      p(prose`Three kinds of layers share the work very unevenly.`),
      figure(
        { kind: 'shares', model: 'alexnet' },
        prose`Where AlexNet’s parameters are, and where its multiply-adds go.`,
      ),
      items(
        prose`${em('Convolutions look.')} They do ${percent(convolutions.computation / totals.computation)} of the
          multiply-adds with ${percent(convolutions.parameters / totals.parameters)} of the parameters, since
          each kernel is used at every place. What they look for grows with depth: a unit of conv1 sees
          ${n(fieldOf('alexnet', 'conv1'))} pixels across and answers to edges and colours; one of conv5 sees
          ${n(fieldOf('alexnet', 'conv5'))}, enough for parts of things.`,
        prose`${em('Pooling reduces.')} No parameters, three times: from ${by(...layerOf('alexnet', 'norm1').outputShape.slice(0, 2))}
          to ${by(...layerOf('alexnet', 'pool1').outputShape.slice(0, 2))}, then
          ${by(...layerOf('alexnet', 'pool2').outputShape.slice(0, 2))}, then
          ${by(...layerOf('alexnet', 'pool5').outputShape.slice(0, 2))}. Its
          ${link('tolerance of shifts is small', '#/text/pooling/benefits')}; AlexNet’s comes from training on shifted
          crops as well.`,
        prose`${em('Full layers decide.')} They take the ${n(flat)} numbers that are left, and hold
          ${percent(dense.parameters / totals.parameters)} of the parameters: which is why the dropout
          is there and nowhere else. The last one’s scores become probabilities by a softmax.`,
      ),
    ];
  },
};
