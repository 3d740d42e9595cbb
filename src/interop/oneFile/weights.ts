/**
 * @file Weights as they are shipped: in which numbers, and parted into what can be made smaller and what cannot.
 *
 *   float32, float16   a byte of exponent each, all together in a plane that packs well (weights are of few
 *                      magnitudes); sign and mantissa, which are noise to any packer, bit by bit beside it
 *   int8               kernels as q * scale of their output channel, q from -127 to 127: a plane of bytes.
 *                      Scales, and whatever is no kernel, stay float32
 *
 * A float16 is kept as the float32 of the same value, cut to the ten bits of mantissa that it has. Next stop:
 * `shippedModel.ts`, which packs the plane.
 */
import { joinedBytes } from '../../base/bytes.ts';
import { FoveaError } from '../../base/errors.ts';
import type { StateValue } from '../../nn/trained.ts';
import type { Decoder } from './decoder/decoder.ts';

export const weightFormats = ['float32', 'float16', 'int8'] as const;
export type WeightFormat = (typeof weightFormats)[number];

/** Number i of a kernel belongs to output channel floor(i / inner) % channels. */
export interface Channels {
  readonly inner: number;
  readonly channels: number;
}

/** Numbers, and of a kernel in int8 its channels: [count] or [count, inner, channels]. */
export type PackedTensor = readonly [number] | readonly [number, number, number];

export interface PackedWeights {
  /** Bits of mantissa that are kept: 23 or 10. */
  readonly mantissa: number;
  readonly tensors: readonly PackedTensor[];
  /** Exponents of floats and the numbers of int8, tensor after tensor. */
  readonly plane: Uint8Array;
  /** Sign and mantissa of each float, the lowest bit first. */
  readonly bits: Uint8Array;
}

const FULL = 23;
const HALF = 10;
const MOST_HALF = 65_504;

/** The numbers that the shipped model computes with: those given, rounded as the format says. */
export function shippedValues(
  name: string,
  { shape, data }: StateValue,
  format: WeightFormat,
  channels: Channels | undefined,
): StateValue {
  const values = Float32Array.from(data);
  if (format === 'float16') return { shape, data: values.map((v) => nearestHalf(name, v)) };
  if (format === 'float32' || channels === undefined) return { shape, data: values };
  const { scales, whole } = quantised(values, channels);
  return {
    shape,
    data: values.map((_, i) => (whole[i] ?? 0) * (scales[channelAt(i, channels)] ?? 0)),
  };
}

const channelAt = (i: number, { inner, channels }: Channels): number =>
  Math.floor(i / inner) % channels;

/** Symmetric: the largest of a channel becomes 127 or -127, and 0 stays 0. */
function quantised(values: Float32Array, channels: Channels) {
  const scales = new Float32Array(channels.channels);
  values.forEach((v, i) => {
    const c = channelAt(i, channels);
    scales[c] = Math.max(scales[c] ?? 0, Math.abs(v) / 127);
  });
  const whole = Int8Array.from(values, (v, i) => {
    const scale = scales[channelAt(i, channels)] ?? 0;
    return scale === 0 ? 0 : Math.max(-127, Math.min(127, Math.round(v / scale)));
  });
  return { scales, whole };
}

/** Ties to even; below the least of a float16 its subnormals, 2^-24 apart. */
function nearestHalf(name: string, value: number): number {
  const exponent = Math.max(-14, Math.floor(Math.log2(Math.abs(value))));
  const step = 2 ** (exponent - HALF);
  const steps = Math.floor(value / step);
  const rest = value / step - steps;
  const up = rest > 0.5 || (rest === 0.5 && steps % 2 !== 0);
  const rounded = value === 0 ? value : (steps + (up ? 1 : 0)) * step;
  if (Math.abs(rounded) <= MOST_HALF) return rounded;
  throw new FoveaError({
    problem: `"${name}" holds ${value}, and a float16 is at most ${MOST_HALF}`,
    fix: 'ship float32 weights',
  });
}

/** Tensor after tensor, in the order given. */
export function packWeights(
  tensors: readonly {
    readonly name: string;
    readonly value: StateValue;
    readonly channels: Channels | undefined;
  }[],
  format: WeightFormat,
): PackedWeights {
  const mantissa = format === 'float16' ? HALF : FULL;
  const bits = new BitWriter();
  const planes: Uint8Array[] = [];
  const writeFloats = (values: Float32Array): void => {
    const words = new Uint32Array(values.buffer, values.byteOffset, values.length);
    planes.push(Uint8Array.from(words, (word) => word >>> FULL));
    for (const word of words) {
      bits.write(
        ((word >>> 31) << mantissa) | ((word & 0x7f_ffff) >>> (FULL - mantissa)),
        mantissa + 1,
      );
    }
  };
  const packed = tensors.map(({ name, value, channels }): PackedTensor => {
    const count = value.data.length;
    if (format !== 'int8' || channels === undefined) {
      writeFloats(Float32Array.from(shippedValues(name, value, format, channels).data));
      return [count];
    }
    const { scales, whole } = quantised(Float32Array.from(value.data), channels);
    writeFloats(scales);
    planes.push(new Uint8Array(whole.buffer));
    return [count, channels.inner, channels.channels];
  });
  return { mantissa, tensors: packed, plane: joinedBytes(planes), bits: bits.bytes() };
}

/** Writes the numbers of tensor i into `place(i)`; the plane begins at `from` in the decoder's bytes. */
export function unpackWeights(
  { mantissa, tensors }: Pick<PackedWeights, 'mantissa' | 'tensors'>,
  { decoder, from }: { readonly decoder: Decoder; readonly from: number },
  place: (i: number) => Float32Array,
): void {
  let at = from;
  const readFloats = (to: Float32Array): void => {
    decoder.floats(mantissa, at, to);
    at += to.length;
  };
  for (const [t, [size, inner = 0, channels = 0]] of tensors.entries()) {
    const to = place(t);
    if (channels === 0) {
      readFloats(to);
      continue;
    }
    const scales = new Float32Array(channels);
    readFloats(scales);
    const whole = new Int8Array(decoder.bytes.buffer, decoder.bytes.byteOffset + at, size);
    for (let i = 0; i < size; i++) {
      to[i] = (whole[i] ?? 0) * (scales[channelAt(i, { inner, channels })] ?? 0);
    }
    at += size;
  }
}

/** Bits one after the other, the lowest of a byte first. */
class BitWriter {
  #bytes = new Uint8Array(1024);
  #length = 0;
  #held = 0;
  #count = 0;

  /** The lowest `width` bits of `value`, at most 24. */
  write(value: number, width: number): void {
    this.#held |= value << this.#count;
    for (this.#count += width; this.#count >= 8; this.#count -= 8) {
      this.#push(this.#held & 255);
      this.#held >>>= 8;
    }
  }

  bytes(): Uint8Array {
    if (this.#count > 0) this.#push(this.#held & 255);
    this.#count = 0;
    return this.#bytes.slice(0, this.#length);
  }

  #push(byte: number): void {
    if (this.#length === this.#bytes.length) {
      const more = new Uint8Array(2 * this.#length);
      more.set(this.#bytes);
      this.#bytes = more;
    }
    this.#bytes[this.#length++] = byte;
  }
}
