/**
 * @file SHA-256 by the platform, in Node and in pages alike.
 */

/** In hexadecimal; undefined in a page that was not loaded safely (https or localhost), which has no digests. */
export async function digestOf(bytes: Uint8Array): Promise<string | undefined> {
  const { subtle } = crypto;
  if (subtle === undefined) return undefined;
  const hash = new Uint8Array(await subtle.digest('SHA-256', bytes as Uint8Array<ArrayBuffer>));
  return Array.from(hash, (byte) => byte.toString(16).padStart(2, '0')).join('');
}
