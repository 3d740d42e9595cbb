/**
 * @file Min against max pooling. Before: `pooling.ts`. Next stop: `padding.ts`.
 */
import { type Chapter, correction, figure, heading, p } from '../chapter.ts';
import { answerTo, example, pooledDigit } from '../numbers/windows.ts';
import { code, em, n, percent, prose, said } from '../prose.ts';

export const minMax: Chapter = {
  id: 'min-max',
  part: 'Pooling and padding',
  title: 'The largest and the smallest',
  about: 'Max and min pooling are mirror images, noise and all',
  body: () => {
    const { max, average, min, picture } = pooledDigit();
    const first = (op: 'max' | 'min') => answerTo({ ...example, op }).values?.[0]?.[0] ?? 0;
    return [
      p(prose`Max pooling keeps the largest number of each window, min pooling the smallest. The
        first window of the figure gives ${n(first('max'))} and ${n(first('min'))}.`),
      figure(
        { kind: 'window', state: { ...example, op: 'max' } },
        prose`The window on the left, the cell it gives on the right. Change the operation, step with
          the arrow keys, or let it run.`,
      ),
      p(prose`On a map where large means ${em('my pattern is here')}, the largest number says whether the
        pattern occurs in the window at all, and the smallest whether it is ${em('everywhere')} in it. So
        min pooling asks for what is absent: one gap is enough to make it fall.`),
      correction('mirrorImages', {
        says: prose`${said('Max pooling is robust to noise; min pooling is sensitive to variations.')}`,
        holds: prose`Neither is the robust one. ${code('min(x) = -max(-x)')} in every cell, so what light
          dots are to one, dark dots are to the other. On this digit (light ink on black) light noise,
          ${em('salt')}, changes the pooled map by ${n(max.salt, 1)} grey levels under max and by
          ${n(min.salt, 1)} under min; dark noise, ${em('pepper')}, by ${n(max.pepper, 1)} and
          ${n(min.pepper, 1)}. The mean spreads either: ${n(average.salt, 1)} and
          ${n(average.pepper, 1)}.`,
        sources: [
          { computed: 'the noise experiment below, and the identity as a test of the library' },
        ],
      }),
      figure(
        { kind: 'pooledDigit', show: 'noise' },
        prose`Salt and pepper on the same pixels. The middle column is the mean.`,
      ),
      heading('after-relu', 'After a ReLU'),
      p(prose`A ReLU turns every negative answer to zero, so most of a map is zeros:
        ${percent(picture.zerosAfterRelu)} of this digit’s, after a filter for edges. One zero in a
        window is a zero for min pooling, which leaves ${percent(min.zerosAfterRelu)} of its cells empty;
        max pooling leaves ${percent(max.zerosAfterRelu)}. That is why networks with ReLUs take the
        largest or the mean.`),
    ];
  },
};
