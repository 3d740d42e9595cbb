/**
 * @file What this runtime can do, found by asking it: each feature is a tiny module offered for validation.
 *
 * Whether V8 fuses neighbouring 128-bit operations cannot be asked that way: the flag is set, kernels are run,
 * compared and timed (`pairs.ts`).
 */
import { FunctionBuilder } from '../assembler/function.ts';
import { f32x4 } from '../assembler/lanes.ts';
import { ModuleBuilder } from '../assembler/module.ts';

export interface Features {
  readonly simd: boolean;
  readonly relaxedMadd: boolean;
  readonly threads: boolean;
}

function validates(shared: boolean, body: (f: FunctionBuilder) => void): boolean {
  const module = new ModuleBuilder({ initialPages: 1, maximumPages: 1, shared });
  const f = new FunctionBuilder('probe');
  body(f);
  module.add(f, 'probe');
  try {
    return WebAssembly.validate(module.toBytes());
  } catch {
    return false;
  }
}

export function probeFeatures(): Features {
  const one = f32x4.splat(1);
  return {
    simd: validates(false, (f) => f.run(f32x4.store(0, 0, f32x4.add(one, one)))),
    relaxedMadd: validates(false, (f) =>
      f.run(f32x4.store(0, 0, f32x4.relaxedMadd(one, one, one))),
    ),
    threads: typeof SharedArrayBuffer !== 'undefined' && validates(true, () => {}),
  };
}
