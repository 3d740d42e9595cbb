/**
 * @file That there is no WebGPU here at all: no news to anybody who did not ask for it by name.
 */
import { FoveaError } from '../../../base/errors.ts';

export class NoWebgpu extends FoveaError {}
