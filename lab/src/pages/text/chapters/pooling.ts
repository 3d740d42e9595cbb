/**
 * @file What pooling is for, and its kinds. Next stop: `minMax.ts`.
 */
import { type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import { layerOf, windowOf } from '../numbers/networks.ts';
import { pooledDigit, poolingWindow, shiftChange } from '../numbers/windows.ts';
import { by, em, link, n, percent, prose, said } from '../prose.ts';

export const pooling: Chapter = {
  id: 'pooling',
  part: 'Pooling and padding',
  title: 'What pooling is for',
  about: 'A smaller map, a wider view, and what it does not do',
  body: () => {
    const digit = pooledDigit();
    const [side] = digit.picture.size;
    const [pooled] = digit.max.size;
    const before = layerOf('lenet5', 'average_pooling2d');
    const after = layerOf('lenet5', 'conv2d_1');
    const firstDense = layerOf('lenet5', 'dense');
    const subsampling = layerOf('lenet5-1998', 's2').trainable;
    const overlapping = windowOf('alexnet', 'pool1');
    const [least, next] = [shiftChange(digit.picture, 1), shiftChange(digit.max, 1)];
    return [
      p(prose`A convolution answers at every place of a picture: how much of my pattern is here? Its
        answers form a map, nearly as large as the picture. ${em('Pooling')} makes that map smaller. It
        lays a small window over it, keeps one number for what the window covers, and moves on by a
        stride. Nothing in it is learned; it is a fixed way to summarise a neighbourhood.`),
      figure(
        { kind: 'pooledDigit', show: 'pooling' },
        prose`One digit of ${by(side, side)} pixels, and what windows of ${by(...poolingWindow)} every ${n(poolingWindow[0])}
          pixels leave of it: ${by(pooled, pooled)}, by the largest, the mean and the smallest number.`,
      ),
      heading('benefits', 'What one gets for it'),
      items(
        prose`${em('Less to compute.')} Here ${percent((pooled * pooled) / (side * side))} of the numbers
          are left, and every layer that follows has that much less to go through. This always holds.`,
        prose`${em('A wider view.')} One step on the pooled map is ${n(before.receptiveField?.stride[0] ?? 0)}
          steps on the picture, so the same kernel reaches further: in LeNet-5 a unit of the first
          pooling sees ${by(...(before.receptiveField?.size ?? []))} pixels, a unit of the convolution
          behind it ${by(...(after.receptiveField?.size ?? []))}.`,
        prose`${em('Some tolerance.')} Whether a stroke lies a pixel further left often makes no
          difference to the largest number of a window. Often, not always: see below.`,
        prose`${em('Fewer weights further on,')} if dense layers follow; which may help against
          overfitting. Only a measurement on pictures that were not trained on can tell.`,
      ),
      correction('poolingHasNoParameters', {
        says: prose`${said('Pooling layers reduce the number of parameters.')}`,
        holds: prose`A pooling layer has ${n(before.parameters)} parameters, and the convolution behind it has
          as many on a large map as on a small one. What shrinks is a ${em('dense')} layer further on,
          with a weight for every number it is given: in LeNet-5 as it is taught, ${n(firstDense.parameters)}
          in all. The exception is the network of 1998, whose sub-sampling multiplies each sum by a trained
          weight and adds a trained bias: ${n(subsampling)} parameters in S2.`,
        sources: [
          { work: 'lecun1998', where: 'section II.B' },
          { computed: 'the table of LeNet-5’s layers' },
        ],
      }),
      correction('invariance', {
        says: prose`${said('Pooling gives translation invariance.')}`,
        holds: prose`A little, and only near by. Move this digit by one pixel, and its pixels change by
          ${n(least, 1)} grey levels on average; after max pooling they still change by ${n(next, 1)}.
          Move it by the stride, and the pooled map moves with it by one cell: that is
          ${em('equivariance')}, not invariance. And since a stride samples, what is finer than the stride
          aliases.`,
        sources: [
          { work: 'zhang2019', where: 'sections 1 and 3' },
          { computed: 'the shift experiment below' },
        ],
      }),
      figure(
        { kind: 'pooledDigit', show: 'shift' },
        prose`The same digit moved to the left, pixel by pixel, and where its pooled maps change.`,
      ),
      heading('kinds', 'Its kinds'),
      p(prose`${em('Max pooling')} keeps the strongest answer of each window: is the pattern anywhere in
        here? ${em('Average pooling')} keeps the mean, a smoother reduction in which one strong answer
        counts as much as several weak ones. ${em('Min pooling')}, the mirror image of the first, is rare;
        ${link('the next chapter', '#/text/min-max')} says why. Windows may stand side by side, as
        here, or ${link('overlap', '#/text/alexnet-parts/overlap')}, as in AlexNet, whose
        windows of ${n(overlapping.size)} move by
        ${n(overlapping.stride)}.`),
    ];
  },
};
