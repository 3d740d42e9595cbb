/**
 * @file Numbers of half precision as adapters hold them that have no type for it: two in 32 bits.
 *
 * What is stored is rounded to the nearest, of two as near to the even one. It is made of bits: WGSL leaves open what its
 * own functions make of numbers that are too large, and infinities must stay what they are.
 */

/** Two numbers, and four. */
export type Packed = 'u32' | 'vec2<u32>';

/** `halfIn(pair, i)`, number i of its pair; `fourIn`, four numbers; `packedFour`, the bits of four. */
export const HALVES = `fn halfIn(pair: u32, i: u32) -> f32 { return unpack2x16float(pair)[i & 1u]; }
fn fourIn(bits: vec2<u32>) -> vec4<f32> {
  return vec4<f32>(unpack2x16float(bits.x), unpack2x16float(bits.y));
}
fn halfBits(x: f32) -> u32 {
  let all = bitcast<u32>(x);
  let bits = all & 0x7fffffffu;
  let normal = ((bits + 0xfffu + ((bits >> 13u) & 1u)) >> 13u) - 0x1c000u;
  let finite = select(normal, u32(round(abs(x) * 16777216f)), bits < 0x38800000u);
  let bounded = select(finite, 0x7c00u, bits >= 0x477ff000u);
  return select(bounded, 0x7e00u, bits > 0x7f800000u) | ((all >> 16u) & 0x8000u);
}
fn packedFour(numbers: vec4<f32>) -> vec2<u32> {
  return vec2<u32>(
    halfBits(numbers.x) | (halfBits(numbers.y) << 16u),
    halfBits(numbers.z) | (halfBits(numbers.w) << 16u),
  );
}`;
