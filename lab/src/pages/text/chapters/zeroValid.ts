/**
 * @file "Zero" against "valid": what the names mean, and the sizes they give. Before: `padding.ts`. Next stop: `lenet5.ts`.
 */
import { type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import { answerTo, example, strideRow } from '../numbers/windows.ts';
import { by, code, em, list, n, prose, said } from '../prose.ts';

const same = { ...example, padding: 'same' } as const;
const even = { ...same, kernel: 2 } as const;

export const zeroValid: Chapter = {
  id: 'zero-valid',
  part: 'Pooling and padding',
  title: 'Zero, same, valid',
  about: 'The amount and the fill are two choices',
  body: () => {
    const strides = [1, 2, 3].map((stride) => strideRow(example, stride));
    const [one, two, three] = strides;
    const [[top, bottom], [left, right]] = answerTo(even).pads;
    const [before, after] = answerTo(same).pads[0];
    return [
      p(prose`Two questions hide behind one word. ${em('How much')} is put around the picture? None at all,
        which is called ${em('valid')}; as much as gives every pixel a window of its own, which is called
        ${em('same')}; so much that the window need touch but one pixel, ${em('full')}; or numbers of
        one’s own. And ${em('what')} is put there: zeros, another constant, the picture mirrored, its
        edge repeated, or the picture again.`),
      correction('zeroIsTheFill', {
        says: prose`${said('Zero-padding, also known as same padding.')}`,
        holds: prose`Zero is the ${em('fill')}, same is the ${em('amount')}. The size of the output depends
          on the amount alone: ${by(...answerTo(same).output)} here, with zeros or with anything else.
          A valid window needs no fill at all. And padding of one’s own numbers with zeros is zero
          padding too, and is not same.`,
        sources: [
          { work: 'dumoulin2016', where: 'sections 2.2 and 2.3' },
          { work: 'tensorflow', where: 'SAME and VALID' },
        ],
      }),
      heading('sizes', 'What they give'),
      p(prose`Valid: ${code('floor((n - F) / s) + 1')} for n pixels, a filter of F and a stride of s. Same:
        ${code('ceil(n / s)')}, whatever the filter. So same keeps the size at a stride of one only.`),
      figure(
        { kind: 'window', state: { ...same, op: 'conv' } },
        prose`${by(...example.input)} and a filter of ${by(example.kernel, example.kernel)}, same. Switch to
          valid, or to another stride.`,
      ),
      correction('strideDecides', {
        says: prose`${said('With valid padding, depending on the stride, the output could be 4x4.')}`,
        holds: prose`At a stride of ${n(one?.strides[0] ?? 0)} it is ${by(...(one?.valid.output ?? []))}. At ${n(two?.strides[0] ?? 0)} it is
          ${by(...(two?.valid.output ?? []))}, and ${n(two?.valid.unseen[0] ?? 0)} row and
          ${n(two?.valid.unseen[1] ?? 0)} column are seen by no window; at ${n(three?.strides[0] ?? 0)} it is
          ${by(...(three?.valid.output ?? []))}, and every pixel is seen once. No other stride gives the
          first size.`,
        sources: [{ computed: 'the table over strides' }],
      }),
      figure(
        { kind: 'strides', state: example },
        prose`Stride by stride: the sizes, and what is lost.`,
      ),
      correction('amountOfSame', {
        says: prose`${said('The amount of padding added to each side is (F - 1) / 2.')}`,
        holds: prose`For a stride of one and an odd F: ${n(before)} and ${n(after)} here. In general it is
          ${code('max((ceil(n / s) - 1) s + F - n, 0)')} ${em('in all')}. An even filter of
          ${by(even.kernel, even.kernel)} needs ${n(top + bottom)} row and ${n(left + right)} column, which cannot
          be shared out: it is ${list([top, bottom, left, right])} at the top, bottom, left and right, the odd
          one at the end. At a stride above one it may be less than ${code('F - 1')}, or nothing.`,
        sources: [
          { work: 'tensorflow', where: 'SAME' },
          { computed: 'the window of an even filter' },
        ],
      }),
      heading('choosing', 'Which to choose'),
      items(
        prose`${em('Same, with zeros,')} where sizes should stay: deep stacks, segmentation, detection, and
          wherever two maps are to be added.`,
        prose`${em('Valid')} where every number should rest on real pixels, and a few lost rows are no
          loss. LeNet-5 is valid throughout.`,
        prose`${em('Another fill')} where the dark frame of zeros hurts: restoration, filters, small
          pictures.`,
      ),
    ];
  },
};
