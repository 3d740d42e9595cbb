/**
 * @file CRC-32C (Castagnoli), and as records carry it: turned and shifted, so that it is no checksum of itself.
 *
 * Source: RFC 3720, appendix B.4; the mask is of tensorflow/core/lib/hash/crc32c.h. Next stop: `records.ts`.
 */

/** The polynomial x^32 + x^28 + ..., bits reversed. */
const POLYNOMIAL = 0x82f63b78;

/** What a byte does to the remainder. */
const TABLE = Uint32Array.from({ length: 256 }, (_, byte) => {
  let remainder = byte;
  for (let bit = 0; bit < 8; bit++) {
    remainder = (remainder >>> 1) ^ (remainder & 1 ? POLYNOMIAL : 0);
  }
  return remainder;
});

/** An unsigned number of 32 bits. */
export function crc32c(bytes: Uint8Array): number {
  let remainder = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) {
    remainder = (remainder >>> 8) ^ (TABLE[(remainder ^ (bytes[i] ?? 0)) & 0xff] ?? 0);
  }
  return ~remainder >>> 0;
}

export function maskedCrc32c(bytes: Uint8Array): number {
  const crc = crc32c(bytes);
  return (((crc >>> 15) | (crc << 17)) + 0xa282ead8) >>> 0;
}
