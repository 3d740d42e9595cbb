/**
 * @file Gzip and deflate through the platform's own DecompressionStream (Node and browsers), with a limit.
 *
 * A packed file may expand a thousandfold, so nothing is unpacked without knowing how much is meant: the
 * limit comes from the caller, or from the unpacked beginning itself (an IDX header says its size).
 */
import { FoveaError, messageOf } from '../base/errors.ts';

/** Deflate cannot compress better than this, so a claim beyond it is a lie. */
const MAX_RATIO = 1032;

export interface UnpackedSize {
  /** How many unpacked bytes `sizeFrom` needs to see. */
  readonly headBytes: number;
  /** The size of the whole from its beginning (which is shorter when the file is). */
  sizeFrom(head: Uint8Array): number;
}

export function isGzip(bytes: Uint8Array): boolean {
  return bytes.length >= 2 && bytes[0] === 0x1f && bytes[1] === 0x8b;
}

export interface InflateOptions {
  /** The number of unpacked bytes, or how to tell it from the first of them. */
  readonly size: number | UnpackedSize;
  /** Names the file in errors. */
  readonly where: string;
  /** `deflate-raw` is what zip archives hold. */
  readonly format: 'gzip' | 'deflate-raw';
}

/** Unpacks exactly the size that is expected; more or fewer bytes, a wrong checksum or damage throw. */
export function gunzip(
  bytes: Uint8Array,
  size: number | UnpackedSize,
  where = 'gzip file',
): Promise<Uint8Array> {
  return inflate(bytes, { size, where, format: 'gzip' });
}

export async function inflate(
  bytes: Uint8Array,
  { size, where, format }: InflateOptions,
): Promise<Uint8Array> {
  const head = typeof size === 'number' ? undefined : size;
  let output = new Uint8Array(typeof size === 'number' ? checkedSize(size, bytes, where) : 0);
  let pending = new Uint8Array(0);
  let sized = head === undefined;
  let received = 0;
  for await (const chunk of unpackedChunks(bytes, format, where)) {
    if (sized) {
      received = append(output, received, chunk, where);
      continue;
    }
    pending = concat(pending, chunk);
    if (head !== undefined && pending.length >= head.headBytes) {
      output = new Uint8Array(checkedSize(head.sizeFrom(pending), bytes, where));
      received = append(output, 0, pending, where);
      sized = true;
    }
  }
  // Fewer bytes than a header: let its reader say what is wrong with them.
  if (!sized) {
    output = new Uint8Array(head?.sizeFrom(pending) ?? 0);
    received = append(output, 0, pending, where);
  }
  if (received < output.length) {
    throw damaged(where, `only ${received} bytes unpacked`, `${output.length} bytes`);
  }
  return output;
}

function checkedSize(size: number, bytes: Uint8Array, where: string): number {
  if (size <= bytes.length * MAX_RATIO) return size;
  throw damaged(where, `${bytes.length} bytes cannot unpack to ${size}`, 'a whole file');
}

function append(output: Uint8Array, at: number, chunk: Uint8Array, where: string): number {
  if (at + chunk.length > output.length) {
    throw damaged(where, 'it unpacks to more than it should', `${output.length} bytes`);
  }
  output.set(chunk, at);
  return at + chunk.length;
}

/** The unpacked chunks; whatever the platform throws becomes one clear error. */
async function* unpackedChunks(
  bytes: Uint8Array,
  format: InflateOptions['format'],
  where: string,
): AsyncGenerator<Uint8Array> {
  const packed = new Blob([bytes as Uint8Array<ArrayBuffer>]);
  const reader = packed.stream().pipeThrough(new DecompressionStream(format)).getReader();
  try {
    for (;;) {
      const { done, value } = await reader.read().catch((error: unknown) => {
        throw damaged(
          where,
          `the packed data is damaged or cut (${messageOf(error)})`,
          'a whole file',
        );
      });
      if (done) return;
      yield value;
    }
  } finally {
    // Stops the platform's work when the consumer has left early; a failed stream says so again.
    await reader.cancel().catch(() => undefined);
  }
}

function concat(a: Uint8Array, b: Uint8Array): Uint8Array<ArrayBuffer> {
  const both = new Uint8Array(a.length + b.length);
  both.set(a);
  both.set(b, a.length);
  return both;
}

function damaged(where: string, problem: string, expected: string): FoveaError {
  return new FoveaError({ where, problem, expected, fix: 'fetch the file again' });
}
