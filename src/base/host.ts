/**
 * @file Where this code runs. What Node alone has stands in `*.node.ts` files, which are loaded only there.
 */

/** Whether Node runs this, or something that keeps to its interfaces. */
export const inNode: boolean =
  typeof process !== 'undefined' && process.versions?.node !== undefined;
