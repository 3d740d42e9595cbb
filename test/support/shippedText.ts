/** @file Opens a text as a shipped file does: its decoder over what was deflated and what was not. */
import { deflateSync } from 'fflate';
import {
  type Decoder,
  type DecoderExports,
  openDecoder,
} from '../../src/interop/oneFile/decoder/decoder.ts';
import { decoderModule } from '../../src/interop/oneFile/decoder/decoderModule.ts';
import { toText } from '../../src/interop/oneFile/text.ts';

const module = new WebAssembly.Module(decoderModule());

/** `deflated`: pieces that hold `size` bytes. */
export const openText = (
  text: readonly string[],
  deflated: number,
  size: number,
): Promise<Decoder> =>
  openDecoder({ text, deflated, size }, (memory) => {
    const { exports } = new WebAssembly.Instance(module, { env: { memory } });
    return exports as unknown as DecoderExports;
  });

/** Bytes deflated, and then bits. */
export function openPacked(plane: Uint8Array, bits: Uint8Array): Promise<Decoder> {
  const deflated = toText(deflateSync(plane));
  return openText([...deflated, ...toText(bits)], deflated.length, plane.length);
}
