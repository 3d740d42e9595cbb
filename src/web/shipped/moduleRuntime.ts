/** @file What is bundled into every shipped module; see `tools/oneFile.ts`. */
export { shippedReader } from './shippedReader.ts';
