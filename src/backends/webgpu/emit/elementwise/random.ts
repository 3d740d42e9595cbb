/**
 * @file Uniform random numbers: the bits of `base/random.ts`, number for number.
 *
 * A number is a hash of the key and its index. Only the step is read at run time; seed and stream are constants
 * in the text.
 */
import { unreachable } from '../../../../base/errors.ts';
import {
  baseKey,
  MIX,
  randomBitsOf,
  stepKeyOf,
  UNIFORM_BITS,
  type Words,
} from '../../../../base/random.ts';
import { sizeOf } from '../../../../base/shape.ts';
import { firstInput } from '../../../../graph/node.ts';
import { randomUniform } from '../../../../ops/randomUniform.ts';
import { defineKernel } from '../../defineKernel.ts';
import { scalars } from '../../kernel.ts';
import { flat } from '../../language/indexing.ts';
import { float, unsigned } from '../../language/numbers.ts';
import { inStep } from '../../language/reach.ts';

const WORDS: Words<string> = {
  add: (a, b) => `(${a} + ${b})`,
  xor: (a, b) => `(${a} ^ ${b})`,
  mix: (a) => `mixed(${a})`,
};

const MIXED = `fn mixed(x: u32) -> u32 {
  var h = x;
${MIX.rounds.map(({ shift, factor }) => `  h = (h ^ (h >> ${shift}u)) * ${factor}u;`).join('\n')}
  return h ^ (h >> ${MIX.lastShift}u);
}`;

export const randomUniformKernel = defineKernel({
  op: randomUniform,
  plan: (node, { seed, stream, first = 0 }) => {
    const size = sizeOf(node.shape);
    return { multiplyAdds: size * 4, plan: { size, seed, stream, first } };
  },
  emit: (node, { size, seed, stream, first }, { target }) => {
    const work = flat(size, target);
    const step = firstInput(node);
    const [base0, base1] = baseKey(seed, stream).map((word) => unsigned(word >>> 0));
    return [
      {
        inputs: [scalars(step)],
        outputs: [scalars(node, inStep)],
        work,
        code: ({ inputs: [from = unreachable], outputs: [to = unreachable], items }) => {
          const read =
            step.dtype === 'i32' ? `bitcast<u32>(${from('0')})` : `u32(i32(${from('0')}))`;
          const keys = stepKeyOf(WORDS, [base0 ?? '', base1 ?? ''], read);
          const bits = randomBitsOf(WORDS, ['k0', 'k1'], `(i + ${unsigned(first >>> 0)})`);
          return `${MIXED}
${work.open(items)}
  let k0 = ${keys[0]};
  let k1 = ${keys[1]};
  ${to('i', `f32(${bits} >> ${32 - UNIFORM_BITS}u) * ${float(2 ** -UNIFORM_BITS)}`)}
}
`;
        },
      },
    ];
  },
});
