/**
 * @file Whether a file looks like a model of Keras: HDF5, a zip with a config in it, or the JSON of one.
 */

/** The eight bytes every HDF5 file begins with. */
const HDF5_SIGNATURE = Uint8Array.of(0x89, 0x48, 0x44, 0x46, 0x0d, 0x0a, 0x1a, 0x0a);

export function isHdf5(bytes: Uint8Array): boolean {
  return HDF5_SIGNATURE.every((byte, i) => bytes[i] === byte);
}

/** What a zip begins with. */
export const isZip = (bytes: Uint8Array): boolean =>
  bytes[0] === 0x50 && bytes[1] === 0x4b && bytes[2] === 3 && bytes[3] === 4;

/** A few thousand bytes from either end, letter by letter. */
export function edges(bytes: Uint8Array, most = 4096): string {
  const text = (part: Uint8Array) => new TextDecoder('latin1').decode(part);
  return text(bytes.subarray(0, most)) + text(bytes.subarray(-most));
}

export function isKeras(bytes: Uint8Array): boolean {
  if (isHdf5(bytes)) return true;
  const text = edges(bytes);
  // Names of files stand in a zip's directory as they are.
  if (isZip(bytes)) return text.includes('model.weights.h5');
  return /^\s*\{/.test(text) && text.includes('"class_name"') && !isTfjsText(text);
}

const isTfjsText = (text: string): boolean => /"(modelTopology|weightsManifest)"/.test(text);

/** The model.json of TensorFlow.js. */
export const isTfjs = (bytes: Uint8Array): boolean => {
  const text = edges(bytes);
  return /^\s*\{/.test(text) && isTfjsText(text);
};
