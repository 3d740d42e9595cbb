/**
 * @file LeNet-5 of 1998, layer by layer. Before: `zeroValid.ts`. Next stop: `lenet5Limits.ts`.
 */
import { BITMAP_HEIGHT, BITMAP_WIDTH } from 'fovea/web';
import { type Block, type Chapter, correction, figure, heading, items, p } from '../chapter.ts';
import {
  border,
  codesDiffer,
  goesRound,
  hasGaps,
  kernelsInC3,
  layerOf,
  summaryOf,
  tableOne,
} from '../numbers/networks.ts';
import { by, code, em, type Inline, link, list, n, paper, prose, said } from '../prose.ts';

const MODEL = 'lenet5-1998';
const of = (name: string) => layerOf(MODEL, name);

export const lenet5: Chapter = {
  id: 'lenet5',
  part: 'LeNet-5',
  title: 'LeNet-5, layer by layer',
  about: 'The network of 1998, with every count',
  body: () => {
    const { totals, inputShape } = summaryOf(MODEL);
    return [
      p(prose`LeNet-5 reads handwritten characters. Yann LeCun, Léon Bottou, Yoshua Bengio and Patrick
        Haffner published it in 1998, and banks read cheques with its kin. Seven layers follow the
        picture: two pairs of a convolution (C) and a sub-sampling (S), a convolution as large as what is
        left, a full layer (F), and ten output units. It has ${n(totals.trainable)} trainable parameters
        and ${n(totals.connections)} connections: sharing a kernel among all places of a map is what makes
        the first number so much smaller than the second.`),
      figure(
        {
          kind: 'layers',
          model: MODEL,
          columns: ['output', 'parameters', 'fixed', 'connections', 'field'],
        },
        prose`Every layer with what it holds. Field: the side of the square of input pixels that one unit
          sees.`,
      ),
      ...input(inputShape),
      ...firstPair(),
      ...secondPair(),
      ...theEnd(),
    ];
  },
};

function input(inputShape: readonly number[]): Block[] {
  const side = (inputShape[0] ?? 0) - 2 * border(MODEL);
  return [
    heading('input', 'Input'),
    p(prose`The picture is a field of ${by(...inputShape.slice(0, 2))} numbers.`),
    correction('inputField', {
      says: prose`${said('The size of the input image is uniformly normalized to 32 * 32.')}`,
      holds: prose`The digit is scaled to fit ${paper('20 × 20')}, placed by its centre of mass in ${by(side, side)},
        and that is put on a ${by(...inputShape.slice(0, 2))} field of background: room for a stroke’s end in the middle
        of a window. Its values are ${paper('-0.1')} for paper and ${paper('1.175')} for ink, so that their
        mean is about zero and their variance about one.`,
      sources: [{ work: 'lecun1998', where: 'section II.B, and III.A for the data' }],
    }),
  ];
}

function firstPair(): Block[] {
  const [c1, s2] = [of('c1'), of('s2')];
  return [
    heading('c1', 'C1, a convolution'),
    p(prose`${n(c1.outputShape[2] ?? 0)} kernels of ${by(...(c1.window?.kernel ?? []))} slide over the field, each with a bias:
      ${n(c1.trainable)} parameters. Each is used at ${by(...c1.outputShape.slice(0, 2))} places, which makes
      ${n(c1.connections)} connections.`),
    heading('s2', 'S2, sub-sampling'),
    p(prose`Every window of ${by(...(s2.window?.kernel ?? []))} is summed, multiplied by one trained weight, given one trained
      bias and squashed; a weight and a bias per map are ${n(s2.trainable)} parameters. The maps are
      ${by(...s2.outputShape.slice(0, 2))} now: half as high and half as wide, a quarter of the numbers.`),
    correction('scaledTanh', {
      says: prose`${said('Results via sigmoid.')} And later: ${said('LeNet-5 uses the sigmoid activation function (or tanh in modern variants).')}`,
      holds: prose`The network of 1998 squashes by ${code('f(a) = 1.7159 tanh(2a / 3)')}, everywhere up to F6.
        It passes through ${code('(1, 1)')} and ${code('(-1, -1)')} and bends most there. The logistic
        function, which most people call sigmoid, is never negative and was not used. The texts have it
        the wrong way round: plain tanh is the newer one.`,
      sources: [{ work: 'lecun1998', where: 'equations 5 and 6, appendix A' }],
    }),
    figure(
      { kind: 'curves', functions: ['scaledTanh', 'tanh', 'sigmoid'] },
      prose`The function of 1998, the plain tanh of today’s copies, and the logistic function.`,
    ),
  ];
}

function secondPair(): Block[] {
  const [c3, s4, full] = [of('c3'), of('s4'), layerOf('lenet5', 'conv2d_1')];
  const round = tableOne.findIndex(goesRound);
  const gapped = [...tableOne.keys()].filter((map) => hasGaps(tableOne[map] ?? []));
  const [below = 0] = [of('s2').outputShape[2]];
  return [
    heading('c3', 'C3, a convolution that does not see everything'),
    p(prose`${n(c3.outputShape[2] ?? 0)} maps, each made from a few maps of S2: ${n(kernelsInC3())} kernels of
      the ${n(below * tableOne.length)} that would be possible, and ${n(c3.trainable)} parameters instead
      of ${n(full.parameters)}. It kept the work within bounds and, as the authors say, breaks the
      symmetry: maps that are given different things learn different things.`),
    correction('tableOne', {
      says: prose`${said('The first 6 take 3 adjacent maps, the next 6 take 4 neighbouring ones, the next 3 take non-adjacent 4, the last takes all.')}`,
      holds: prose`Right, and which ones is not said. Adjacent goes round: map ${n(round)} sees
        ${list(tableOne[round] ?? [])}. The ${n(gapped.length)} with gaps are
        ${gapped.flatMap(mapWithItsInputs)}. Beware of
        copies: one that is much used reads the last of these as ${paper('1, 2, 3, 5')}.`,
      sources: [{ work: 'lecun1998', where: 'section II.B, Table I' }],
    }),
    figure(
      { kind: 'connections' },
      prose`Table I. A column is a map of C3, a row a map of S2. Point at a column to read its maps.`,
    ),
    heading('s4', 'S4, sub-sampling again'),
    p(prose`As S2, on ${n(s4.outputShape[2] ?? 0)} maps: ${n(s4.trainable)} parameters, ${n(s4.connections)}
      connections, and maps of ${by(...s4.outputShape.slice(0, 2))}.`),
  ];
}

/** "12 (0, 1, 3, 4), " */
function mapWithItsInputs(map: number, i: number, all: readonly number[]): readonly Inline[] {
  const separator = ['', ' and ', ', '][Math.min(all.length - 1 - i, 2)] ?? '';
  return [n(map), ' (', list(tableOne[map] ?? []), ')', separator];
}

function theEnd(): Block[] {
  const [c5, f6, output] = [of('c5'), of('f6'), of('output')];
  return [
    heading('c5', 'C5, a convolution with one place'),
    p(prose`Its kernels are as large as the maps, so each of its ${n(c5.outputShape[2] ?? 0)} maps is one number:
      ${n(c5.trainable)} parameters and as many connections. It is called a convolution because on a
      larger field it would be more than one number; here it works as a full layer does.`),
    heading('f6', 'F6, a full layer'),
    p(prose`${n(f6.outputShape[0] ?? 0)} units, one for each pixel of a bitmap of ${by(BITMAP_WIDTH, BITMAP_HEIGHT)}: ${n(f6.trainable)} parameters.
      For every class F6 is to draw the character that the picture shows, in a stylised form that is
      ${em('drawn beforehand')}.`),
    figure(
      { kind: 'codes' },
      prose`The ten codes, redrawn by us: the paper has them as a figure only (its Figure ${paper('3')}). Below:
        in how many of the ${n(f6.outputShape[0] ?? 0)} pixels each two differ.`,
    ),
    heading('output', 'Output, ten distances'),
    p(prose`Each output unit measures how far F6 is from the code of its class:
      ${code('y_i = sum over j of (x_j - w_ij)²')}, a Euclidean radial basis function. Codes of
      characters that look alike lie near to each other, so that a mistake stays a small one: those of
      ${code('3')} and ${code('8')} differ in ${n(codesDiffer('3', '8'))} pixels, those of ${code('0')} and ${code('1')} in
      ${n(codesDiffer('0', '1'))}.`),
    correction('smallestWins', {
      says: prose`${said('If the value of node i is 0, the result of the recognition is the number i.')}`,
      holds: prose`A squared distance is hardly ever zero. The ${em('smallest')} of the ten wins, however large
        it is; and how large it is tells how sure one may be. The authors reject pictures that are
        far from every code, or about as near to two.`,
      sources: [{ work: 'lecun1998', where: 'section II.B, equation 7; Figure 10 for rejection' }],
    }),
    correction('fixedCodes', {
      says: prose`${said('The output layer is also a fully connected layer … This layer has 84x10 = 840 parameters and connections.')}`,
      holds: prose`${n(output.fixed)} numbers, of which ${n(output.trainable)} are trained: the codes were chosen by
        hand and kept fixed. The paper’s total of parameters leaves them out, its total of connections
        counts them. Without the output layer there would be
        ${n(summaryOf(MODEL).totals.connections - output.connections)}.`,
      sources: [
        { work: 'lecun1998', where: 'section II.B' },
        { computed: 'three columns: trained, fixed, connections' },
      ],
    }),
    correction('noSoftmaxIn1998', {
      says: prose`${said('Key components of LeNet-5: … average pooling layers … a softmax layer.')}`,
      holds: prose`Neither was there in 1998: sub-sampling was trained, and the answers were distances,
        compared by a loss of their own (equation ${paper('9')}). Both belong to the version that is
        taught today, ${link('which is another network', '#/text/lenet5-training')}. Nor has any
        version a further pair of full layer and softmax for a hierarchy of classes.`,
      sources: [{ work: 'lecun1998', where: 'sections II.B and II.C' }],
    }),
    heading('purposes', 'What each part is for'),
    items(
      prose`${em('Convolutions')} look for the same small pattern everywhere, with few weights.`,
      prose`${em('Sub-sampling')} forgets where exactly it was.`,
      prose`${em('The squashing function')} between them makes the whole more than one large linear map.`,
      prose`${em('Full layers')} combine what was found, wherever it was found, into an answer.`,
      prose`${em('The output')} turns that into something that can be compared and rejected.`,
    ),
  ];
}
