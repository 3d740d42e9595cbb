/**
 * @file The runs of a program: what the adapter says of the first one, and how many are under way.
 *
 * It says so later, so first runs are watched apart: a program that is refused is refused alone, and every use of
 * it after that is an error that says why. Each run holds a copy of its inputs until it is done, so whoever starts
 * many is asked to wait now and then.
 */
import type { FoveaError } from '../../../base/errors.ts';
import type { Device } from '../device/device.ts';

/** Runs that keep a device busy. */
const ENOUGH = 3;

export class Runs {
  readonly #device: Device;
  readonly #said: Promise<FoveaError | undefined>[];
  #refusal: FoveaError | undefined;
  /** The adapter has answered for a run. */
  #isAccepted = false;
  /** Until texts are compiled. */
  #compile: (() => Promise<FoveaError | undefined>) | undefined;
  /** Runs since the last wait. */
  #underWay = 0;
  /** What was under way at the last wait. */
  #previous: Promise<void> | undefined;

  /**
   * @param made what is said of the program's making and of its memory
   * @param compile compiles its texts, if somebody waits for it before the first run; resolves with what was refused
   */
  constructor(
    device: Device,
    made: readonly Promise<FoveaError | undefined>[],
    compile: () => Promise<FoveaError | undefined>,
  ) {
    this.#device = device;
    this.#said = [...made];
    this.#compile = compile;
  }

  run(program: () => void): void {
    if (this.#refusal !== undefined) throw this.#refusal;
    this.#underWay++;
    this.#compile = undefined;
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

  /** A promise that texts are compiled and memory is given, that a device with enough to do has less, and that it accepted what it got. */
  ready(): Promise<void> | undefined {
    const compile = this.#compile;
    this.#compile = undefined;
    if (compile !== undefined) return this.#prepared(compile);
    if (this.#underWay < ENOUGH) return undefined;
    this.#underWay = 0;
    const before = this.#previous;
    this.#previous = this.#device.finished();
    // A rejection is the next caller's to hear.
    this.#previous.catch(() => undefined);
    return this.#isAccepted ? before : this.accepted();
  }

  /** Nothing is compiled for a program that has no memory. */
  async #prepared(compile: () => Promise<FoveaError | undefined>): Promise<void> {
    await this.accepted();
    this.#said.push(compile());
    await this.accepted();
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
