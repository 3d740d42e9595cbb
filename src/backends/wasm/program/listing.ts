/**
 * @file An explained program in words: its schedule, its memory and its code.
 *
 * Previous stop: `explain.ts`. The WAT of functions is `assembler/wat.ts`'s.
 */
import { at } from '../../../base/lists.ts';
import { formatShape, sizeOf } from '../../../base/shape.ts';
import { formatBytes } from '../../../base/units.ts';
import { drawMemory } from '../../../compile/memoryPicture.ts';
import type { Placement } from '../../../compile/memoryPlan.ts';
import type { Node } from '../../../graph/node.ts';
import type { Explanation } from '../../backend.ts';
import { formatCount, planText } from '../../planText.ts';
import { formatWat } from '../assembler/wat.ts';
import { signatureOf } from '../families.ts';
import type { Kernel } from '../kernel.ts';
import type { ExplainedProgram } from './explain.ts';

/** Each view is made when it is asked for. */
export function viewsOf(program: ExplainedProgram): Explanation {
  return {
    schedule: () => ({ text: listSchedule(program), data: { phases: scheduleData(program) } }),
    memory: () => ({ text: listMemory(program), data: { memory: memoryData(program) } }),
    wat: () => {
      const text = listWat(program);
      return { text, data: { wat: text } };
    },
  };
}

function listSchedule({ schedule, context, program }: ExplainedProgram): string {
  const { slicing } = context;
  const batch =
    slicing === undefined
      ? 'no batch'
      : `batch of ${slicing.images} in ${slicing.slices} slices of ${slicing.imagesPerSlice}`;
  const lines = [
    `${schedule.phases.length} phases, each waiting for the one before; ${program.kernels.length} kernels, ` +
      `${formatCount(program.multiplyAdds)} multiply-adds; ${batch}`,
  ];
  schedule.phases.forEach(({ kind, kernels, node, exchanged = [], prepares }, p) => {
    const when = prepares ? '; again only when weights have changed' : '';
    lines.push('', `phase ${p}: ${PHASES[kind]}${when}`);
    if (node !== undefined) lines.push(`  ${node.op} ${node.name} in plain loops`);
    for (const { op, name, shape } of exchanged)
      lines.push(`  ${op} ${name} ${formatShape(shape)}`);
    for (const kernel of kernels) lines.push(...kernelLines(kernel).map((line) => `  ${line}`));
  });
  return lines.join('\n');
}

const PHASES = {
  batch: 'each thread takes its slices of the batch through all kernels',
  split: 'each kernel cut by its own units',
  host: 'on the calling thread alone',
  begin: 'ranks begin to exchange',
  await: 'what ranks exchange must have arrived',
} as const;

function kernelLines({ family, name, partition, multiplyAdds, plan }: Kernel): string[] {
  const { units, images } = partition;
  const per = images === undefined || images === units ? '' : `, ${units / images} per image`;
  const work = multiplyAdds === 0 ? '' : `, ${formatCount(multiplyAdds)} multiply-adds`;
  return [
    `${family}  ${name}`,
    `    ${units} ${images === units ? 'images' : units === 1 ? 'unit' : 'units'}${per}${work}`,
    ...planText(plan).map((line) => `    ${line}`),
  ];
}

function scheduleData({ schedule }: ExplainedProgram): object[] {
  return schedule.phases.map(({ kind, kernels, node, exchanged, prepares = false }) => ({
    kind,
    prepares,
    ...(node === undefined ? {} : { host: node.op }),
    ...(exchanged === undefined ? {} : { exchanged: exchanged.map(({ name }) => name) }),
    kernels: kernels.map(({ family, name, partition, multiplyAdds, scratchBytes, plan }) => ({
      ...{ family, name, partition, multiplyAdds, scratchBytes, plan },
    })),
  }));
}

function listMemory({ memory, schedule, stateBytes, program }: ExplainedProgram): string {
  const phases = schedule.phases.length + 1;
  const { lines, legend } = drawMemory(memory, phases, formatBytes);
  const every = memory.placements.reduce((sum, p) => sum + p.bytes, 0);
  const named = legend.map(({ letter, placement }) => {
    const { key, offset, bytes, from, to } = placement;
    return `${letter}  ${formatBytes(bytes).padStart(9)} at ${String(offset).padEnd(9)} ${`phases ${from}-${to}`.padEnd(13)} ${key.op} ${key.name} ${formatShape(key.shape)}`;
  });
  const rest = memory.placements.length - legend.length;
  return [
    `arena ${formatBytes(memory.bytes)} (no plan can do with less than ${formatBytes(memory.leastBytes)}; ` +
      `without reuse ${formatBytes(every)}), states ${formatBytes(stateBytes)}, ` +
      `scratch ${formatBytes(program.scratchBytes)} per thread`,
    'Addresses downwards, phases to the right; the last column is what lives after the run.',
    '',
    ...lines,
    '',
    ...named,
    ...(rest > 0 ? [`*  ${rest} smaller ones`] : []),
  ].join('\n');
}

function memoryData({ memory, stateBytes, program }: ExplainedProgram): object {
  return {
    bytes: memory.bytes,
    leastBytes: memory.leastBytes,
    stateBytes,
    scratchBytes: program.scratchBytes,
    placements: [...memory.placements]
      .sort((a, b) => a.offset - b.offset || a.from - b.from)
      .map(({ key, offset, bytes, from, to }: Placement<Node>) => ({
        ...{ name: key.name, op: key.op, offset, bytes, from, to },
      })),
  };
}

/** The module as text, each kernel under what it computes, addresses with the names of what lies there. */
export function listWat(explanation: ExplainedProgram): string {
  const { program } = explanation;
  const indices = new Map<number, Kernel>();
  for (const { name, index } of program.module.exports) {
    const match = /^kernel(\d+)$/.exec(name);
    if (match !== null) indices.set(index, at(program.kernels, Number(match[1]), 'kernel'));
  }
  return formatWat(program.module, (index) => {
    const kernel = indices.get(index);
    if (kernel === undefined) return {};
    return {
      comments: [...kernel.outputs.flatMap(formulaLines), ...planText(kernel.plan)],
      placeOf: placesOf(kernel, explanation),
    };
  });
}

function formulaLines(node: Node): string[] {
  const inputs = node.inputs.map((i) => `${i.name} ${formatShape(i.shape)}`).join(', ');
  const { formula } = signatureOf(node.op);
  return [`${node.name} ${formatShape(node.shape)} = ${node.op}(${inputs}): ${formula}`];
}

function placesOf(
  { inputs, outputs }: Kernel,
  { address }: ExplainedProgram,
): (at: number) => string | undefined {
  const values = [...new Set([...outputs, ...inputs])].map((node) => ({
    name: node.name,
    start: address(node),
    end: address(node) + 4 * sizeOf(node.shape),
  }));
  return (at) => {
    const value = values.find(({ start, end }) => start <= at && at < end);
    if (value === undefined) return undefined;
    return at === value.start ? value.name : `${value.name}+${at - value.start}`;
  };
}
