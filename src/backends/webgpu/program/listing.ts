/**
 * @file A planned program in words: its kernels, its memory and its WGSL. Previous stop: `plan.ts`.
 */
import { formatShape } from '../../../base/shape.ts';
import { formatBytes } from '../../../base/units.ts';
import type { Slot } from '../../../compile/slotPlan.ts';
import type { Node } from '../../../graph/node.ts';
import type { Explanation } from '../../backend.ts';
import { formatCount, planText } from '../../planText.ts';
import { signatureOf } from '../families.ts';
import { type Groups, isStoredHalf, isTemporary, type Kernel, trafficOf } from '../kernel.ts';
import { lengthOf } from '../language/indexing.ts';
import { moduleOf } from './bindings.ts';
import type { ProgramPlan } from './plan.ts';

/** Each view is made when it is asked for. `adapter`: what the program is planned for. */
export function viewsOf(plan: ProgramPlan, adapter: string): Explanation {
  return {
    schedule: () => ({ text: listSchedule(plan, adapter), data: { kernels: scheduleData(plan) } }),
    memory: () => ({ text: listMemory(plan), data: { memory: memoryData(plan) } }),
    wgsl: () => {
      const text = listWgsl(plan, adapter);
      return { text, data: { wgsl: text } };
    },
  };
}

/** What all of it takes. */
function totalsOf({ kernels, dispatches, memory }: ProgramPlan): string {
  const multiplyAdds = kernels.reduce((sum, kernel) => sum + kernel.multiplyAdds, 0);
  const moved = kernels.reduce((sum, kernel) => sum + trafficOf(kernel), 0);
  return [
    `${count(kernels.length, 'kernel')} in ${count(dispatches.length, 'dispatch', 'dispatches')}, each waiting for the one before`,
    `${formatCount(multiplyAdds)} multiply-adds`,
    `${formatBytes(moved)} of values read and written, ${formatBytes(memory.bytes)} of buffers`,
  ].join('; ');
}

function listSchedule(program: ProgramPlan, adapter: string): string {
  const { kernels, copies } = program;
  const lines = [`${totalsOf(program)}; for ${adapter}`, ''];
  for (const kernel of kernels) lines.push(...kernelLines(kernel, program));
  for (const { state, value } of copies) lines.push(`copy  ${value.name} to ${state.name}`);
  return lines.join('\n');
}

/** The workgroups of a kernel's dispatches. */
function groupsOf(kernel: Kernel, { dispatches }: ProgramPlan): Groups[] {
  return dispatches.filter((d) => d.kernel === kernel).map(({ workgroups }) => workgroups);
}

function kernelLines(kernel: Kernel, program: ProgramPlan): string[] {
  const { family, name, multiplyAdds, plan } = kernel;
  const bytes = trafficOf(kernel);
  const intensity =
    multiplyAdds === 0
      ? ''
      : `, ${formatCount(Math.round(multiplyAdds))} multiply-adds, ${(multiplyAdds / bytes).toPrecision(3)} per byte`;
  const groups = groupsOf(kernel, program)
    .map((each) => each.join('x'))
    .join(', ');
  return [
    `${family}  ${name}`,
    `    groups ${groups}; ${formatBytes(bytes)}${intensity}`,
    ...planText(plan).map((line) => `    ${line}`),
  ];
}

function scheduleData(program: ProgramPlan): object[] {
  return program.kernels.map((kernel) => {
    const { family, name, multiplyAdds, plan } = kernel;
    const groups = groupsOf(kernel, program);
    return { family, name, multiplyAdds, bytes: trafficOf(kernel), groups, plan };
  });
}

function listMemory({ memory, dispatches }: ProgramPlan): string {
  const every = memory.slots.flatMap(({ values }) => values).reduce((sum, v) => sum + v.bytes, 0);
  return [
    `${memory.slots.length} buffers of ${formatBytes(memory.bytes)} (without reuse ${formatBytes(every)}), states apart`,
    `Moments are dispatches, from -1 (inputs are written) to ${dispatches.length} (all is done).`,
    '',
    ...memory.slots.flatMap(slotLines),
  ].join('\n');
}

function slotLines({ bytes, values }: Slot<Node>, index: number): string[] {
  const inTurn = [...values].sort((a, b) => a.from - b.from);
  return [
    `buffer ${index}: ${formatBytes(bytes)}`,
    ...inTurn.map(
      ({ key, from, to }) =>
        `    ${`${from} to ${to}`.padEnd(10)} ${key.op} ${key.name} ${formatShape(key.shape)}`,
    ),
  ];
}

function memoryData({ memory }: ProgramPlan): object {
  return {
    bytes: memory.bytes,
    slots: memory.slots.map(({ bytes, values }) => ({
      bytes,
      values: values.map(({ key: { name, op }, from, to }) => ({ name, op, from, to })),
    })),
  };
}

/** Each dispatch under what it computes, its variables with the names of the values. */
function listWgsl(program: ProgramPlan, adapter: string): string {
  const listed = program.dispatches.map((dispatch, index) => {
    const { kernel, items, workgroups } = dispatch;
    const { bound, code } = moduleOf(dispatch, program);
    const { items: all } = dispatch.dispatch.work;
    const some = lengthOf(items) === all ? '' : `, items ${items.from} to ${items.to} of ${all}`;
    const comments = [
      `dispatch ${index} of ${kernel.family}, ${workgroups.join(' x ')} workgroups${some}`,
      ...kernel.outputs.map(formulaOf),
      ...planText(kernel.plan),
      ...bound.map(
        ({ name, owner, piece }) =>
          `${name}: ${owner.name} ${formatShape(owner.shape)}${isStoredHalf(owner) ? ', half precision' : ''}${piece === 0 ? '' : `, piece ${piece}`}`,
      ),
    ];
    return [...comments.map((line) => `// ${line}`), code.trimEnd(), ''].join('\n');
  });
  return [`// for ${adapter}: ${totalsOf(program)}`, '', ...listed].join('\n');
}

function formulaOf(node: Node): string {
  if (isTemporary(node)) return node.name;
  const inputs = node.inputs.map((i) => `${i.name} ${formatShape(i.shape)}`).join(', ');
  const { formula } = signatureOf(node.op);
  return `${node.name} ${formatShape(node.shape)} = ${node.op}(${inputs}): ${formula}`;
}

const count = (n: number, one: string, more = `${one}s`): string => `${n} ${n === 1 ? one : more}`;
