/**
 * @file What a step shows of a state, and what it leaves in it: old values stay to be seen though new ones are
 * written over them.
 */
import { describe, expect, it } from 'vitest';
import { backends } from '../../test/backends.ts';
import { constantNode, inputNode, type Node, stateNode } from '../graph/node.ts';
import * as e from '../ops/expression.ts';
import { build } from '../ops/index.ts';

const LENGTH = 40;
const start = Float32Array.from({ length: LENGTH }, (_, i) => i + 1);

/** One run from `start`: the outputs, and the state after it. */
async function once(
  open: (typeof backends)[number]['open'],
  of: (s: Node, x: Node) => { outputs: Record<string, Node>; value: Node },
) {
  const session = await open();
  const s = stateNode('s', [LENGTH]);
  const { outputs, value } = of(s, inputNode('x', [LENGTH]));
  const program = session.compile({ outputs, updates: [{ state: s, value }] });
  session.writeState('s', start);
  program.input('x').fill(0.5);
  program.run();
  const shown: Record<string, number[]> = {};
  for (const name of Object.keys(outputs)) shown[name] = [...(await program.output(name))];
  const after = [...(await session.readState('s'))];
  await session.close();
  return { shown, after };
}

const plus = (by: number) => Array.from(start, (x) => x + by);

describe.each(backends)('a state on $name', ({ open }) => {
  it('is shown as it was before the update', async () => {
    const { shown, after } = await once(open, (s, x) => ({
      outputs: { old: s },
      value: build('add', [s, x]),
    }));
    expect(shown.old).toEqual(plus(0));
    expect(after).toEqual(plus(0.5));
  });

  it('is shown old and new at once', async () => {
    const { shown, after } = await once(open, (s, x) => {
      const next = build('add', [s, x]);
      return { outputs: { next, old: s }, value: next };
    });
    expect(shown.old).toEqual(plus(0));
    expect(shown.next).toEqual(plus(0.5));
    expect(after).toEqual(plus(0.5));
  });

  it('may swap its numbers with another', async () => {
    const session = await open();
    const [s, t] = [stateNode('s', [LENGTH]), stateNode('t', [LENGTH])];
    const updates = [
      { state: s, value: t },
      { state: t, value: s },
    ];
    const program = session.compile({ outputs: {}, updates });
    session.writeState('s', start);
    session.writeState('t', new Float32Array(LENGTH).fill(-1));
    program.run();
    expect([...(await session.readState('s'))]).toEqual(new Array(LENGTH).fill(-1));
    expect([...(await session.readState('t'))]).toEqual(plus(0));
    await session.close();
  });

  it('may be written by others while what a run showed stays', async () => {
    const session = await open();
    const s = stateNode('s', [LENGTH]);
    const next = build('add', [s, inputNode('x', [LENGTH])]);
    const outputs = { next, old: s };
    const program = session.compile({ outputs, updates: [{ state: s, value: next }] });
    session.writeState('s', start);
    program.input('x').fill(0.5);
    program.run();
    session.writeState('s', new Float32Array(LENGTH));
    expect([...(await program.output('next'))]).toEqual(plus(0.5));
    expect([...(await program.output('old'))]).toEqual(plus(0));
    await session.close();
  });

  it('is shown through a reshape as it was', async () => {
    const { shown, after } = await once(open, (s, x) => ({
      outputs: { old: build('reshape', [s], { shape: [LENGTH / 4, 4] }) },
      value: build('add', [s, x]),
    }));
    expect(shown.old).toEqual(plus(0));
    expect(after).toEqual(plus(0.5));
  });

  it('is read as it was by everything else, sums included', async () => {
    const { shown, after } = await once(open, (s, x) => ({
      outputs: {
        sum: build('sumTo', [s], { shape: [] }),
        softmax: build('sumTo', [build('softmax', [s])], { shape: [] }),
      },
      value: build('add', [s, x]),
    }));
    expect(shown.sum).toEqual([(LENGTH * (LENGTH + 1)) / 2]);
    expect(shown.softmax[0]).toBeCloseTo(1, 5);
    expect(after).toEqual(plus(0.5));
  });

  it('swaps with another: neither is read after it was written', async () => {
    const session = await open();
    const [a, b] = [stateNode('a', [LENGTH]), stateNode('b', [LENGTH])];
    const one = constantNode(1);
    const program = session.compile({
      outputs: {},
      updates: [
        { state: a, value: build('add', [b, one]) },
        { state: b, value: build('sub', [a, one]) },
      ],
    });
    session.writeState('a', start);
    session.writeState('b', plus(100));
    program.run();
    expect([...(await session.readState('a'))]).toEqual(plus(101));
    expect([...(await session.readState('b'))]).toEqual(plus(-1));
    await session.close();
  });

  it('is written from its own sum in the right order', async () => {
    const { after } = await once(open, (s, x) => ({
      outputs: {},
      value: build('elementwise', [s, build('sumTo', [s], { shape: [] }), x], {
        expression: e.add(e.add(e.input(0), e.input(1)), e.input(2)),
      }),
    }));
    expect(after).toEqual(plus((LENGTH * (LENGTH + 1)) / 2 + 0.5));
  });
});
