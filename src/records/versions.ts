/**
 * @file Which Fovea made a record, and what ran it: Node, or a browser as it names itself.
 */
import { inNode } from '../base/host.ts';
import { version } from '../base/version.ts';
import type { RunRecord } from './runRecord.ts';

export const versionsHere = (): RunRecord['versions'] => ({
  fovea: version,
  ...(inNode ? { node: process.version } : { browser: navigator.userAgent }),
});
