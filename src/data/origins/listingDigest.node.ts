/**
 * @file The digest of a listing in Node. What it is taken of: `listingDigest.ts`.
 */
import { createHash } from 'node:crypto';
import { listingBytes } from './listingDigest.ts';

export async function digestOfListing(
  ...listing: Parameters<typeof listingBytes>
): Promise<string> {
  const hash = createHash('sha256');
  for await (const bytes of listingBytes(...listing)) hash.update(bytes);
  return hash.digest('hex');
}
