/**
 * @file The framing of TFRecord files, of which event files are one kind.
 *
 *   length (8 bytes)   masked crc of these (4)   data (length)   masked crc of the data (4)
 *
 * Numbers are little-endian. A file that is cut off anywhere reads up to its last whole record. Source:
 * tensorflow/core/lib/io/record_writer.h. Before: `crc32c.ts`. Next stop: `events.ts`, what the records hold.
 */
import { maskedCrc32c } from './crc32c.ts';

const [HEAD, FOOT] = [12, 4];

/** One record with its frame. */
export function framed(data: Uint8Array): Uint8Array<ArrayBuffer> {
  const bytes = new Uint8Array(HEAD + data.length + FOOT);
  const view = new DataView(bytes.buffer);
  view.setBigUint64(0, BigInt(data.length), true);
  view.setUint32(8, maskedCrc32c(bytes.subarray(0, 8)), true);
  bytes.set(data, HEAD);
  view.setUint32(HEAD + data.length, maskedCrc32c(data), true);
  return bytes;
}

export interface ReadRecords {
  readonly records: readonly Uint8Array[];
  /** Bytes of whole records; what follows was cut off or is damaged. */
  readonly wholeBytes: number;
}

/** The records of a file up to the first that is not whole. */
export function readRecords(file: Uint8Array): ReadRecords {
  const records: Uint8Array[] = [];
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  let at = 0;
  while (at + HEAD + FOOT <= file.length) {
    const length = view.getBigUint64(at, true);
    if (view.getUint32(at + 8, true) !== maskedCrc32c(file.subarray(at, at + 8))) break;
    if (length > BigInt(file.length - at - HEAD - FOOT)) break;
    const end = at + HEAD + Number(length);
    const data = file.subarray(at + HEAD, end);
    if (view.getUint32(end, true) !== maskedCrc32c(data)) break;
    records.push(data);
    at = end + FOOT;
  }
  return { records, wholeBytes: at };
}
