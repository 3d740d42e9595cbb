/**
 * @file What the adapter says of a program that is new: of its buffers, its texts, and its first run.
 *
 * It says so later, so a first run is watched apart: a program that is refused is refused alone, and every use of
 * it after that is an error that says why.
 */
import type { FoveaError } from '../../../base/errors.ts';
import type { Device } from '../device/device.ts';

export class FirstRun {
  readonly #device: Device;
  readonly #said: Promise<FoveaError | undefined>[];
  #refusal: FoveaError | undefined;
  /** The adapter has answered for a run. */
  #isAccepted = false;

  /** @param made what is said of the program's making */
  constructor(device: Device, made: Promise<FoveaError | undefined>) {
    this.#device = device;
    this.#said = [made];
  }

  run(program: () => void): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    if (this.#isAccepted) {
      program();
      return;
    }
    const { refused } = this.#device.watched(program);
    this.#said.push(refused);
    void refused.then((refusal) => {
      if (refusal === undefined) this.#isAccepted = true;
    });
  }

  /** Resolves when everything asked so far was accepted; throws what was not. */
  async accepted(): Promise<void> {
    while (this.#said.length > 0) {
      const refusal = await this.#said.shift();
      this.#refusal ??= refusal;
    }
    if (this.#refusal !== undefined) throw this.#refusal;
  }
}
