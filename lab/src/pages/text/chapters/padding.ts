/**
 * @file Why pictures are padded, and what padding does not do. Before: `minMax.ts`. Next stop: `zeroValid.ts`.
 */
import { type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import { fieldOf, layerOf, summaryOf } from '../numbers/networks.ts';
import { answerTo, example, seen } from '../numbers/windows.ts';
import { by, em, link, n, paper, prose, said } from '../prose.ts';

const padded = { ...example, padding: 'same' } as const;

export const padding: Chapter = {
  id: 'padding',
  part: 'Pooling and padding',
  title: 'Padding, and what it is for',
  about: 'Room for the window at the border',
  body: () => {
    const without = answerTo(example).output;
    const withIt = answerTo(padded).output;
    const field = summaryOf('lenet5-1998').inputShape;
    const conv = layerOf('lenet5-1998', 'c1').outputShape;
    return [
      p(prose`A window must lie inside the picture, so there are fewer places for it than pixels: over
        ${by(...example.input)} pixels a window of ${by(example.kernel, example.kernel)} has
        ${by(...without)} places. ${em('Padding')} puts rows and columns around the picture, so that the
        window may hang over the edge: with one on each side it has ${by(...withIt)}.`),
      figure(
        { kind: 'window', state: { ...padded, op: 'avg' } },
        prose`A window that hangs over the edge. What lies outside adds nothing to it, and an average
          divides by the cells that are inside.`,
      ),
      heading('reasons', 'Reasons for it'),
      items(
        prose`${em('Sizes stay.')} Without it every layer loses a rim: the first convolution of LeNet-5 makes
          ${by(...conv.slice(0, 2))} of its ${by(...field.slice(0, 2))}. Deep networks would run out of picture.`,
        prose`${em('The border is used more.')} A corner pixel is in one window without padding, and in
          ${n(seen(padded).corner)} with it.`,
        prose`${em('Sizes come out well')} where a stride does not divide the picture, and where a
          transposed convolution has to undo the sizes of another. Nothing is undefined without it.`,
      ),
      correction('equalOpportunity', {
        says: prose`${said('Padding ensures that every pixel has an equal opportunity to be part of the convolution.')}
          And: ${said('padding allows you to control the size of the receptive field.')}`,
        holds: prose`It evens things out, no more: with padding the corner is seen by
          ${n(seen(padded).corner)} windows, the middle by ${n(seen(padded).most)}. And the size of the
          receptive field follows from kernels, strides and dilation alone. Padding moves the field, part
          of which may then lie outside of the picture; what it does control is how many layers fit.`,
        sources: [
          { work: 'dumoulin2016', where: 'chapter 2' },
          { computed: 'the coverage below; receptive fields of every model' },
        ],
      }),
      figure(
        { kind: 'coverage', state: padded },
        prose`How many windows see each pixel: without padding on the left, with it on the right.`,
      ),
      p(prose`What padding costs: the rim is made up. Zeros look like a dark frame that stands still while
        the scene moves, so what is near the border is answered differently after a shift; mirrored or
        repeated pixels look more like a scene, and are as invented. LeNet-5’s authors padded the data
        instead of the layers: digits of at most ${paper('20 × 20')} on a field of ${by(...field.slice(0, 2))}, so that the
        ends of strokes can lie in the middle of a receptive field, which is ${n(fieldOf('lenet5-1998', 'c5'))}
        wide in the end. ${link('The next chapter', '#/text/zero-valid')} sorts out the names.`),
    ];
  },
};
