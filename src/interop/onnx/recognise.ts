/**
 * @file Whether bytes look like an ONNX file, without what reads one.
 */

/** An ONNX file begins with its version (field 1), then says who made it, its operators or its graph. */
export function looksLikeOnnx(bytes: Uint8Array): boolean {
  const [tag = 0, version = 0, next = 0] = bytes;
  return tag === 0x08 && version >= 1 && version < 64 && [0x12, 0x1a, 0x3a, 0x42].includes(next);
}
