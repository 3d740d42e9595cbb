/**
 * @file The module of WebAssembly that decodes what a shipped text holds, as bytes: less than two kilobytes.
 *
 * A shipped file opens once, before any compiler of JavaScript has warmed up; loops over all its characters take a tenth
 * of the time where they are compiled from the start. Previous stops: `inflate.ts`, `floats.ts`. Next stop:
 * `decoder.ts`, the script around it.
 */
import { ModuleBuilder } from '../../../backends/wasm/assembler/module.ts';
import { MOST_PAGES } from '../../../backends/wasm/memory.ts';
import { addFloats } from './floats.ts';
import { addInflate } from './inflate.ts';

export function decoderModule(): Uint8Array<ArrayBuffer> {
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: MOST_PAGES, shared: false });
  addInflate(module);
  addFloats(module);
  return module.toBytes({ names: false });
}
