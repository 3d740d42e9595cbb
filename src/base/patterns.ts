/**
 * @file Names by pattern: `*` is any run of characters, `?` any one; all else is itself.
 */

/** Whether a whole name is as the pattern says: "conv*" fits conv1 and conv2d_3. */
export function fitsPattern(pattern: string): (name: string) => boolean {
  const literal = pattern.replace(/[.+^${}()|[\]\\]/g, '\\$&');
  const shape = new RegExp(`^${literal.replaceAll('*', '.*').replaceAll('?', '.')}$`);
  return (name) => shape.test(name);
}
