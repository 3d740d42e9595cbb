/**
 * @file That a device does not give the memory that a program takes.
 */
import { type ErrorParts, FoveaError } from '../base/errors.ts';

export class OutOfMemory extends FoveaError {
  /** Bytes that the session can hold, as far as the device gave them. */
  readonly limit: number;

  constructor(parts: ErrorParts, limit: number) {
    super(parts);
    this.limit = limit;
  }
}
