/**
 * @file A device and its queue: buffers, pipelines by their text, numbers in and out, and what goes wrong.
 *
 * WebGPU tells of faults later than of anything else: they are kept, and thrown by whatever is asked for next.
 * Previous stop: `adapter.ts`. Next stop: `../session.ts`.
 */
import { FoveaError } from '../../../base/errors.ts';
import { range } from '../../../base/lists.ts';
import { sizeOf } from '../../../base/shape.ts';
import type { Node } from '../../../graph/node.ts';
import type { HostArray } from '../../backend.ts';
import { OutOfMemory } from '../../outOfMemory.ts';
import { type Groups, numbersPerPiece, type Target } from '../kernel.ts';
import type { OpenedAdapter } from './adapter.ts';
import { Pipeline } from './pipeline.ts';

/** Of buffers and maps, by the standard; the constants are not global everywhere. */
const USAGE = { mapRead: 1, copyFrom: 4, copyTo: 8, storage: 128 } as const;
const MAP_READ = 1;
const COMPUTE_STAGE = 4;

const SCOPES = ['out-of-memory', 'internal', 'validation'] as const;

/** The buffers that hold a value, in order: all but the last are full. */
export type Pieces = readonly GPUBuffer[];

/** Buffers that were asked for. */
export interface Allocation {
  readonly pieces: Pieces;
  readonly bytes: number;
  /** Why they are none, once the adapter has said so. */
  readonly refused: Promise<FoveaError | undefined>;
}

/** Numbers, and the pieces that hold them. */
export function inPieces(
  pieces: Pieces,
  numbers: HostArray,
): { readonly buffer: GPUBuffer; readonly numbers: HostArray }[] {
  let from = 0;
  return pieces.flatMap((buffer) => {
    const begin = from;
    from += buffer.size / 4;
    const own = numbers.subarray(begin, from);
    return own.length === 0 ? [] : [{ buffer, numbers: own }];
  });
}

export type Access = 'read' | 'read_write';

/** A dispatch that is ready to go. */
export interface Step {
  readonly pipeline: Pipeline;
  readonly bindings: GPUBindGroup;
  readonly workgroups: Groups;
}

/** Dispatches in order; each sees what those before it wrote. */
export const encoded =
  (steps: readonly Step[]) =>
  (pass: GPUComputePassEncoder): void => {
    for (const { pipeline, bindings, workgroups } of steps) {
      pass.setPipeline(pipeline.get());
      pass.setBindGroup(0, bindings);
      pass.dispatchWorkgroups(...workgroups);
    }
  };

export class Device {
  readonly device: GPUDevice;
  readonly isSoftware: boolean;
  readonly #opened: OpenedAdapter;
  readonly #pipelines = new Map<string, Pipeline>();
  readonly #layouts = new Map<string, { bindings: GPUBindGroupLayout; whole: GPUPipelineLayout }>();
  #fault: FoveaError | undefined;
  #closed = false;

  constructor(opened: OpenedAdapter) {
    this.#opened = opened;
    this.device = opened.device;
    this.isSoftware = opened.isSoftware;
    this.device.onuncapturederror = ({ error }) => {
      this.#fault ??= faultOf(error);
    };
    void this.device.lost.then(({ reason, message }) => {
      if (!this.#closed) this.#fault = lossOf(`${reason}: ${message}`);
    });
  }

  /** Does what makes buffers and pipelines; `refused` tells what the adapter would not make, once it has said so. */
  watched<T>(make: () => T): {
    readonly made: T;
    readonly refused: Promise<FoveaError | undefined>;
  } {
    for (const kind of SCOPES) this.device.pushErrorScope(kind);
    try {
      return { made: make(), refused: this.#refusal() };
    } catch (error) {
      void this.#refusal();
      throw error;
    }
  }

  async #refusal(): Promise<FoveaError | undefined> {
    const errors = await Promise.all(SCOPES.map(() => this.device.popErrorScope())).catch(() => []);
    const first = errors.find((error) => error !== null);
    return first === undefined || first === null ? this.#fault : faultOf(first);
  }

  createBuffer(bytes: number): GPUBuffer {
    return this.device.createBuffer({
      size: Math.max(16, bytes),
      usage: USAGE.storage | USAGE.copyFrom | USAGE.copyTo,
    });
  }

  /** Buffers for a value of so many bytes: one, unless a kernel could not bind it. */
  allocate(bytes: number, target: Target): Allocation {
    const most = 4 * numbersPerPiece(target);
    const sizes = range(Math.max(1, Math.ceil(bytes / most))).map((k) =>
      Math.min(most, bytes - k * most),
    );
    const { made: pieces, refused } = this.watched(() =>
      sizes.map((size) => this.createBuffer(size)),
    );
    return { pieces, bytes, refused };
  }

  /** A buffer of the host that can be filled at once. */
  createMapped(size: number, usage: number): GPUBuffer {
    try {
      return this.device.createBuffer({ size, usage, mappedAtCreation: true });
    } catch (error) {
      // It is the one kind of buffer that is refused on the spot.
      throw error instanceof RangeError ? noMemory(error.message) : error;
    }
  }

  /** The queue takes a copy before this returns. */
  write(pieces: Pieces, numbers: HostArray): void {
    for (const { buffer, numbers: own } of inPieces(pieces, numbers))
      this.device.queue.writeBuffer(buffer, 0, own as BufferSource);
  }

  /** Resolves when all that was submitted is done; rejects with what went wrong. */
  async finished(): Promise<void> {
    await this.device.queue.onSubmittedWorkDone();
    this.check();
  }

  /** A copy of a value's numbers, once everything submitted before is done. */
  async read(pieces: Pieces, { shape, dtype }: Pick<Node, 'shape' | 'dtype'>): Promise<HostArray> {
    this.check();
    const size = sizeOf(shape);
    const numbers = dtype === 'i32' ? new Int32Array(size) : new Float32Array(size);
    const parts = inPieces(pieces, numbers).map((part) => ({
      ...part,
      staging: this.device.createBuffer({
        size: part.numbers.byteLength,
        usage: USAGE.mapRead | USAGE.copyTo,
      }),
    }));
    try {
      this.submit((encoder) => {
        for (const { buffer, staging } of parts)
          encoder.copyBufferToBuffer(buffer, 0, staging, 0, staging.size);
      });
      for (const { staging, numbers: own } of parts) {
        await staging.mapAsync(MAP_READ).catch((error: unknown) => {
          this.check();
          throw error;
        });
        this.check();
        const mapped = staging.getMappedRange();
        own.set(dtype === 'i32' ? new Int32Array(mapped) : new Float32Array(mapped));
      }
      return numbers;
    } finally {
      for (const { staging } of parts) staging.destroy();
    }
  }

  submit(encode: (encoder: GPUCommandEncoder) => void): void {
    this.check();
    const encoder = this.device.createCommandEncoder();
    encode(encoder);
    this.device.queue.submit([encoder.finish()]);
  }

  /** The pipeline of a text; texts of all programs that are the same share one. */
  pipeline(code: string, access: readonly Access[]): Pipeline {
    const found = this.#pipelines.get(code);
    if (found !== undefined) return found;
    const made = new Pipeline(this.device, code, this.#layout(access));
    this.#pipelines.set(code, made);
    return made;
  }

  bind(pipeline: Pipeline, buffers: readonly GPUBuffer[]): Omit<Step, 'workgroups'> {
    const entries = buffers.map((buffer, binding) => ({ binding, resource: { buffer } }));
    return {
      pipeline,
      bindings: this.device.createBindGroup({ layout: pipeline.layout, entries }),
    };
  }

  /** Pipelines made so far. */
  get pipelines(): number {
    return this.#pipelines.size;
  }

  /** Throws what went wrong since the last look. */
  check(): void {
    if (this.#fault !== undefined) throw this.#fault;
  }

  async close(): Promise<void> {
    this.#closed = true;
    await this.device.queue.onSubmittedWorkDone().catch(() => undefined);
    this.device.destroy();
    this.#opened.release();
  }

  #layout(access: readonly Access[]) {
    const key = access.join(' ');
    const found = this.#layouts.get(key);
    if (found !== undefined) return found;
    const bindings = this.device.createBindGroupLayout({
      entries: access.map((kind, binding) => ({
        binding,
        visibility: COMPUTE_STAGE,
        buffer: { type: kind === 'read' ? 'read-only-storage' : 'storage' },
      })),
    });
    const whole = this.device.createPipelineLayout({ bindGroupLayouts: [bindings] });
    const made = { bindings, whole };
    this.#layouts.set(key, made);
    return made;
  }
}

function noMemory(why: string): OutOfMemory {
  const parts = {
    problem: `the graphics adapter has no memory left: ${why}`,
    fix: 'use a smaller batch, or the wasm backend',
  };
  return new OutOfMemory(parts, Number.POSITIVE_INFINITY);
}

function faultOf(error: GPUError): FoveaError {
  if (error.constructor.name === 'GPUOutOfMemoryError') {
    return noMemory(error.message);
  }
  return new FoveaError({
    problem: `the graphics adapter refused a kernel: ${error.message}`,
    fix: 'use the wasm backend, and tell us of it',
  });
}

function lossOf(why: string): FoveaError {
  return new FoveaError({
    problem: `the graphics adapter was lost (${why})`,
    expected: 'an adapter that stays, a driver that is not reset',
    fix: 'open another session; a run goes on from its last checkpoint',
  });
}
