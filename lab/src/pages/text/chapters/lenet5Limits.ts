/**
 * @file What LeNet-5 does well, and where it ends. Before: `lenet5.ts`. Next stop: `lenet5Training.ts`.
 */
import { type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import { fieldOf, summaryOf } from '../numbers/networks.ts';
import { em, link, list, n, paper, prose, said } from '../prose.ts';

export const lenet5Limits: Chapter = {
  id: 'lenet5-limits',
  part: 'LeNet-5',
  title: 'Strengths and limits',
  about: 'What it showed, and what it was not made for',
  body: () => {
    const fields = ['c1', 's2', 'c3', 's4', 'c5'].map((name) => fieldOf('lenet5-1998', name));
    const whole = summaryOf('lenet5-1998').inputShape[0] ?? 0;
    return [
      heading('strengths', 'Strengths'),
      items(
        prose`${em('It settled the form.')} Convolution, reduction, convolution, reduction, full layers;
          learned from pixels to answer by one gradient. Nearly every network for pictures since has
          that shape.`,
        prose`${em('It is small.')} ${n(summaryOf('lenet5-1998').totals.trainable)} parameters, so that one can
          look at every one, and train it ${link('while one watches', '#/train')}.`,
        prose`${em('It needs little data')} by the standards of today, and it was good: ${paper('0.95 %')} of
          MNIST’s test digits wrong in the paper, ${paper('0.8 %')} with distorted digits in training.`,
        prose`${em('It can say that it does not know.')} Distances to codes can be rejected;
          probabilities that always sum to one cannot so easily.`,
      ),
      heading('limits', 'Limits'),
      items(
        prose`${em('Few layers, few maps.')} Enough for digits, not for a thousand kinds of things in
          photographs.`,
        prose`${em('Grey, small, centred.')} One channel and a digit of one size in the middle. Turned, moved or
          scaled further than the training pictures were, its accuracy falls: the library measures by how
          much.`,
        prose`${em('Squashing functions')} flatten out on both sides, and where they are flat hardly any
          gradient passes. ${link('ReLUs', '#/text/why-it-won')} do not flatten out above zero.`,
        prose`${em('No normalisation')} of what flows between layers; first weights and rates have to be
          chosen with care.`,
      ),
      correction('receptiveField', {
        says: prose`${said('Limited receptive field … may limit its ability to capture global context.')} And of
          deep networks: they ${said('were not widely used due to concerns about vanishing gradients')}.`,
        holds: prose`Limited in C1 alone. From layer to layer a unit sees ${list(fields)} pixels across: C5 sees
          all ${n(whole)}, and so does every unit after it. As to depth, the paper of 2012 does not argue
          from vanishing gradients: it speaks of how ${em('fast')} ReLUs train, and of memory on the graphics card.`,
        sources: [
          { computed: 'receptive fields, layer by layer' },
          { work: 'krizhevsky2012', where: 'sections 3.1 and 3.2' },
        ],
      }),
      figure(
        { kind: 'fields', model: 'lenet5-1998' },
        prose`What the first unit of each layer sees of the ${n(whole)} pixels, drawn to scale.`,
      ),
      p(prose`What is fair to say: a network of this size lacks the ${em('capacity')} for large tasks. It does not
        lack sight.`),
    ];
  },
};
