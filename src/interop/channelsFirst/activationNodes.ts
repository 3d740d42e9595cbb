/**
 * @file Activations as ONNX operators of opset 17; what it has no operator for is put together of others.
 *
 * Before: `program.ts`. The formulas are those of `ops/activations.ts`.
 */
import { FoveaError } from '../../base/errors.ts';
import { float, int, type ProgramBuilder } from './program.ts';

type Write = (b: ProgramBuilder, x: string, alpha: number | undefined) => string;

const scalar = (b: ProgramBuilder, name: string, value: number): string =>
  b.numbers(name, [], [value]);

const ACTIVATIONS: Readonly<Record<string, Write>> = {
  linear: (_, x) => x,
  relu: (b, x) => b.node('Relu', [x]),
  tanh: (b, x) => b.node('Tanh', [x]),
  sigmoid: (b, x) => b.node('Sigmoid', [x]),
  leakyRelu: (b, x, alpha = 0.3) => b.node('LeakyRelu', [x], { alpha: float(alpha) }),
  elu: (b, x, alpha = 1) => b.node('Elu', [x], { alpha: float(alpha) }),
  selu: (b, x) => b.node('Selu', [x]),
  softplus: (b, x) => b.node('Softplus', [x]),
  softsign: (b, x) => b.node('Softsign', [x]),
  hardSigmoid: (b, x, alpha = 1 / 6) =>
    b.node('HardSigmoid', [x], { alpha: float(alpha), beta: float(0.5) }),
  swish: (b, x) => b.node('Mul', [x, b.node('Sigmoid', [x])]),
  hardSwish: (b, x) => b.node('HardSwish', [x]),
  mish: (b, x) => b.node('Mul', [x, b.node('Tanh', [b.node('Softplus', [x])])]),
  // 1.7159 tanh(2x / 3)
  scaledTanh: (b, x) => {
    const bent = b.node('Tanh', [b.node('Mul', [x, scalar(b, 'slope', 2 / 3)])]);
    return b.node('Mul', [bent, scalar(b, 'amplitude', 1.7159)]);
  },
  // x / 2 (1 + erf(x / sqrt 2))
  gelu: (b, x) => {
    const erf = b.node('Erf', [b.node('Mul', [x, scalar(b, 'root', Math.SQRT1_2)])]);
    const share = b.node('Mul', [
      b.node('Add', [erf, scalar(b, 'one', 1)]),
      scalar(b, 'half', 0.5),
    ]);
    return b.node('Mul', [x, share]);
  },
};

/** `isPicture`: x is (N, C, H, W), and a softmax goes over its channels. */
export function activationNodes(
  b: ProgramBuilder,
  name: string,
  x: string,
  isPicture: boolean,
  alpha?: number,
): string {
  if (name === 'softmax') return b.node('Softmax', [x], { axis: int(isPicture ? 1 : -1) });
  const write = Object.hasOwn(ACTIVATIONS, name) ? ACTIVATIONS[name] : undefined;
  if (write !== undefined) return write(b, x, alpha);
  throw new FoveaError({
    problem: `the activation ${name} cannot be exported`,
    expected: `softmax or one of ${Object.keys(ACTIVATIONS).join(', ')}`,
  });
}
