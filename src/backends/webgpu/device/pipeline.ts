/**
 * @file A text that is compiled when it is needed: beside others where somebody waits, on the spot where nobody does.
 *
 * Drivers take up to a third of a second per text and compile several at a time if they are let. Whoever may wait asks
 * for all of them at once (`ready` of an executable).
 */

export class Pipeline {
  readonly layout: GPUBindGroupLayout;
  readonly #device: GPUDevice;
  readonly #descriptor: GPUComputePipelineDescriptor;
  #made: GPUComputePipeline | undefined;

  constructor(
    device: GPUDevice,
    code: string,
    {
      bindings,
      whole,
    }: { readonly bindings: GPUBindGroupLayout; readonly whole: GPUPipelineLayout },
  ) {
    this.layout = bindings;
    this.#device = device;
    const module = device.createShaderModule({ code });
    this.#descriptor = { layout: whole, compute: { module, entryPoint: 'main' } };
  }

  /** Resolves when the compiler has answered, whatever it said. */
  async compiled(): Promise<void> {
    if (this.#made !== undefined) return;
    try {
      const made = await this.#device.createComputePipelineAsync(this.#descriptor);
      this.#made ??= made;
    } catch {
      // What is refused is made once more where it is used, whose error scope hears why.
    }
  }

  /** Compiles it now if it is not there yet. */
  get(): GPUComputePipeline {
    this.#made ??= this.#device.createComputePipeline(this.#descriptor);
    return this.#made;
  }
}
