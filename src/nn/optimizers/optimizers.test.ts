import { describe, expect, it } from 'vitest';
import { referenceBackend } from '../../backends/reference/index.ts';
import { inputNode, stateNode } from '../../graph/node.ts';
import { adam } from './adam.ts';
import { adamw } from './adamw.ts';
import { optimizerOf } from './index.ts';
import { type Optimizer, updatesOf } from './optimizer.ts';
import { sgd } from './sgd.ts';

const GRADIENTS = [0.5, -0.25, 1, 0.125];
const RATES = [0.1, 0.1, 0.01, 0.01];

/** The values of one parameter that starts at 1, after each of four steps. */
async function run(optimizer: Optimizer): Promise<number[]> {
  const w = stateNode('w', [1]);
  const session = await referenceBackend.open();
  const updates = updatesOf(optimizer, [w], [inputNode('g', [1])]);
  const program = session.compile({ outputs: {}, updates });
  session.writeState('w', [1]);
  const values: number[] = [];
  for (const [step, g] of GRADIENTS.entries()) {
    program.input('g')[0] = g;
    for (const [name, value] of Object.entries(optimizer.scalars(step, RATES[step]))) {
      program.input(name)[0] = value;
    }
    program.run();
    values.push((await session.readState('w'))[0]);
  }
  await session.close();
  return values;
}

/** The same by a formula: `advance` gives the next w. */
function expected(advance: (w: number, g: number, rate: number, t: number) => number): number[] {
  let w = 1;
  return GRADIENTS.map((g, i) => {
    w = advance(w, g, RATES[i], i + 1);
    return w;
  });
}

async function check(optimizer: Optimizer, advance: Parameters<typeof expected>[0]): Promise<void> {
  const found = await run(optimizer);
  expected(advance).forEach((w, i) => {
    expect(found[i], `step ${i}`).toBeCloseTo(w, 6);
  });
}

describe('sgd', () => {
  it('without momentum', () => check(sgd(), (w, g, rate) => w - rate * g));

  it('with momentum, in gradients (PyTorch)', () => {
    let v = 0;
    return check(sgd({ momentum: 0.9 }), (w, g, rate) => {
      v = 0.9 * v + g;
      return w - rate * v;
    });
  });

  it('with momentum, in steps (Keras)', () => {
    let v = 0;
    return check(sgd({ momentum: 0.9, velocity: 'steps' }), (w, g, rate) => {
      v = 0.9 * v - rate * g;
      return w + v;
    });
  });

  it('with Nesterov momentum, in gradients (PyTorch)', () => {
    let v = 0;
    return check(sgd({ momentum: 0.9, nesterov: true }), (w, g, rate) => {
      v = 0.9 * v + g;
      return w - rate * (g + 0.9 * v);
    });
  });

  it('with Nesterov momentum, in steps (Keras)', () => {
    let v = 0;
    const optimizer = sgd({ momentum: 0.9, nesterov: true, velocity: 'steps' });
    return check(optimizer, (w, g, rate) => {
      v = 0.9 * v - rate * g;
      return w + 0.9 * v - rate * g;
    });
  });

  it('with weight decay in the gradient (PyTorch)', () => {
    let v = 0;
    return check(sgd({ momentum: 0.9, weightDecay: 0.1 }), (w, g, rate) => {
      v = 0.9 * v + (g + 0.1 * w);
      return w - rate * v;
    });
  });

  it("with the 2012 paper's weight decay", () => {
    let v = 0;
    const optimizer = sgd({ momentum: 0.9, weightDecay: 0.1, velocity: 'steps' });
    return check(optimizer, (w, g, rate) => {
      v = 0.9 * v - 0.1 * rate * w - rate * g;
      return w + v;
    });
  });

  it('with weight decay beside the velocity', () => {
    let v = 0;
    const optimizer = sgd({ momentum: 0.9, weightDecay: 0.1, decayMode: 'decoupled' });
    return check(optimizer, (w, g, rate) => {
      v = 0.9 * v + g;
      return w - rate * 0.1 * w - rate * v;
    });
  });
});

describe('adam and adamw', () => {
  const byHand = (decay: number) => {
    let m = 0;
    let v = 0;
    return (w: number, g: number, rate: number, t: number) => {
      m = 0.9 * m + 0.1 * g;
      v = 0.999 * v + 0.001 * g * g;
      const corrected = Math.sqrt(v / (1 - 0.999 ** t)) + 1e-7;
      return w - rate * decay * w - (rate * (m / (1 - 0.9 ** t))) / corrected;
    };
  };

  it('adam follows the paper', () => check(adam(), byHand(0)));
  it('adamw decays beside it', () => check(adamw({ weightDecay: 0.1 }), byHand(0.1)));
});

describe('optimizerOf', () => {
  it('makes the same optimizer of its spec', () => {
    for (const optimizer of [sgd({ momentum: 0.5 }), adam({ beta1: 0.8 }), adamw()]) {
      expect(optimizerOf(JSON.parse(JSON.stringify(optimizer.spec))).spec).toEqual(optimizer.spec);
    }
  });

  it('names what it does not know', () => {
    expect(() => optimizerOf('adm')).toThrow('did you mean "adam"?');
    expect(() => adam({ beta3: 1 } as object)).toThrow('unknown option "beta3"');
    expect(() => sgd({ learningRate: -1 })).toThrow('learningRate received -1');
  });
});
