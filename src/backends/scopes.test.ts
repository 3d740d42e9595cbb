/** @file What sessions of all backends promise of models, programs and closing. */
import { describe, expect, it } from 'vitest';
import { backends } from '../../test/backends.ts';
import { inputNode, stateNode } from '../graph/node.ts';
import { build } from '../ops/index.ts';
import type { Scope } from './backend.ts';

/** w += x, and shows -w as it was. */
function accumulate(scope: Pick<Scope, 'compile'>, size: number) {
  const w = stateNode('w', [size]);
  const x = inputNode('x', [size]);
  return scope.compile({
    outputs: { y: build('neg', [w]) },
    updates: [{ state: w, value: build('add', [w, x]) }],
  });
}

describe.each(backends)('$name', ({ open }) => {
  it('keeps states of one name apart, model by model', async () => {
    await using session = await open();
    const [a, b] = [{}, {}];
    const first = accumulate(session.scopeOf(a), 2);
    const second = accumulate(session.scopeOf(b), 3);
    const own = accumulate(session, 1);
    first.input('x').set([1, 2]);
    second.input('x').set([10, 20, 30]);
    own.input('x').set([5]);
    for (const program of [first, second, second, own]) program.run();
    expect([...(await session.scopeOf(a).readState('w'))]).toEqual([1, 2]);
    expect([...(await session.scopeOf(b).readState('w'))]).toEqual([20, 40, 60]);
    expect([...(await session.readState('w'))]).toEqual([5]);
    session.scopeOf(a).writeState('w', [7, 8]);
    expect([...(await session.scopeOf(b).readState('w'))]).toEqual([20, 40, 60]);
    expect(session.scopeOf(b).states()).toEqual([{ name: 'w', shape: [3], dtype: 'f32' }]);
  });

  it('finds a scope by the very object; without one each scope is new', async () => {
    await using session = await open();
    const owner = { name: 'lenet5' };
    accumulate(session.scopeOf(owner), 1);
    expect(session.scopeOf(owner).states()).toHaveLength(1);
    expect(session.scopeOf({ ...owner }).states()).toHaveLength(0);
    expect(session.scopeOf()).not.toBe(session.scopeOf());
  });

  it('keeps states when their program is closed, until the scope is freed', async () => {
    await using session = await open();
    const scope = session.scopeOf();
    const program = accumulate(scope, 2);
    program.input('x').set([1, 2]);
    program.run();
    program.close();
    program.close();
    const again = accumulate(scope, 2);
    again.run();
    expect([...(await again.output('y'))]).toEqual([-1, -2]);
    scope.free(['w']);
    expect([...(await scope.readState('w'))]).toEqual([1, 2]);
    scope.free();
    expect(scope.states()).toEqual([]);
    expect(() => again.run()).toThrow(/the program was closed/);
    accumulate(scope, 3).run();
    expect([...(await scope.readState('w'))]).toEqual([0, 0, 0]);
  });

  it('frees the states named that no open program uses', async () => {
    await using session = await open();
    const scope = session.scopeOf();
    accumulate(scope, 2);
    const other = scope.compile({ outputs: { v: stateNode('v', [2]) }, updates: [] });
    scope.free(['v', 'w', 'unheard of']);
    expect(scope.states().map(({ name }) => name)).toEqual(['w', 'v']);
    other.close();
    scope.free(['v', 'w']);
    expect(scope.states().map(({ name }) => name)).toEqual(['w']);
  });

  it('makes no states for a graph that does not compile', async () => {
    await using session = await open();
    accumulate(session, 2);
    const outputs = { u: stateNode('u', [2]), w: stateNode('w', [3]) };
    expect(() => session.compile({ outputs, updates: [] })).toThrow(
      /state w is f32 \(2,\) in one program and f32 \(3,\) in another[\s\S]*scopeOf/,
    );
    expect(session.states().map(({ name }) => name)).toEqual(['w']);
  });

  it('says whose state it is that was asked for', async () => {
    await using session = await open();
    const scope = session.scopeOf();
    accumulate(scope, 2);
    await expect(scope.readState('v')).rejects.toThrow(/unknown state "v"[\s\S]*one of w/);
    await expect(session.readState('v')).rejects.toThrow(/unknown state "v"/);
    await expect(session.readState('w')).rejects.toThrow(
      /own programs have no state "w"[\s\S]*scopeOf/,
    );
    expect(() => scope.writeState('w', [1])).toThrow(/expected: 2 numbers/);
  });

  it('refuses all use after it was closed, and closing twice is no mistake', async () => {
    const session = await open();
    const scope = session.scopeOf();
    const program = accumulate(scope, 2);
    await session.close();
    await session.close();
    const uses = [
      () => program.run(),
      () => program.input('x'),
      () => program.output('y'),
      () => accumulate(scope, 2),
      () => accumulate(session, 2),
      () => session.scopeOf(),
      () => session.memoryFor({ outputs: {}, updates: [] }),
      () => scope.readState('w'),
      () => scope.writeState('w', [1, 2]),
    ];
    for (const use of uses)
      await expect((async () => use())()).rejects.toThrow(
        /the session was closed[\s\S]*openSession/,
      );
    program.close();
    scope.free();
  });
});
