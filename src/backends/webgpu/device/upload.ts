/**
 * @file Numbers on their way to a device: large ones through buffers of the host that take turns.
 *
 * The queue's own way makes room for each upload anew, which for a batch of pictures takes longer than the copy.
 * Here a buffer is filled while the device still copies from the one before; it comes back once that is done.
 * Small ones go by the queue.
 */
import type { HostArray } from '../../backend.ts';
import type { Device } from './device.ts';

const COPY_FROM = 4;
const MAP_WRITE = 2;
const MAP_MODE_WRITE = 2;
/** Bytes below which the queue is quicker. */
const LARGE = 2 ** 18;
/** Buffers of the host that are there from the beginning. */
const LEAST_TURNS = 2;

/** A buffer of the host, ready to be filled. */
interface Ready {
  readonly buffer: GPUBuffer;
  readonly mapped: ArrayBuffer;
}

export class Upload {
  readonly #device: Device;
  readonly #to: GPUBuffer;
  readonly #numbers: HostArray;
  readonly #ready: Ready[] = [];
  readonly #made: GPUBuffer[] = [];
  /** Filled, and not yet copied from. */
  #filled: GPUBuffer | undefined;

  /** @param numbers live memory: what it holds goes up */
  constructor(device: Device, to: GPUBuffer, numbers: HostArray) {
    this.#device = device;
    this.#to = to;
    this.#numbers = numbers;
  }

  /** Makes the buffers by which large numbers go up from the first run on. */
  reserve(): void {
    if (this.#numbers.byteLength < LARGE) return;
    while (this.#ready.length < LEAST_TURNS) this.#ready.push(this.#make());
  }

  /** Takes a copy of the numbers. */
  fill(): void {
    const numbers = this.#numbers;
    if (numbers.byteLength < LARGE) {
      this.#device.write([this.#to], numbers);
      return;
    }
    const { buffer, mapped } = this.#ready.pop() ?? this.#make();
    new Uint8Array(mapped).set(
      new Uint8Array(numbers.buffer, numbers.byteOffset, numbers.byteLength),
    );
    buffer.unmap();
    this.#filled = buffer;
  }

  encode(encoder: GPUCommandEncoder): void {
    const from = this.#filled;
    if (from !== undefined) encoder.copyBufferToBuffer(from, 0, this.#to, 0, from.size);
  }

  /** After the encoder's work was handed to the device. */
  submitted(): void {
    const buffer = this.#filled;
    if (buffer === undefined) return;
    this.#filled = undefined;
    void buffer.mapAsync(MAP_MODE_WRITE).then(
      () => this.#ready.push({ buffer, mapped: buffer.getMappedRange() }),
      // A device that is lost or closed: whoever runs next is told.
      () => undefined,
    );
  }

  close(): void {
    for (const buffer of this.#made.splice(0)) buffer.destroy();
    this.#ready.length = 0;
  }

  #make(): Ready {
    const buffer = this.#device.createMapped(this.#numbers.byteLength, MAP_WRITE | COPY_FROM);
    this.#made.push(buffer);
    return { buffer, mapped: buffer.getMappedRange() };
  }
}
