/**
 * @file That a machine has nothing a backend could run on. Where the best backend is looked for, that is no news:
 * the session's plan line is silent about it, as it is not about a backend that is there and fails.
 */
import { FoveaError } from '../base/errors.ts';

export class Absent extends FoveaError {}
