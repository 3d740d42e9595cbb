#!/usr/bin/env node
/**
 * @file The program `fovea`: the command line in a process of its own, whose output may lose its readers.
 *
 * Next stop: `commandLine.ts`.
 */
import module from 'node:module';
import { endOfOutput, watchStreams } from './terminal/streams.ts';

module.enableCompileCache?.();
watchStreams();
const { runCommandLine } = await import('./commandLine.ts');
await runCommandLine(process.argv.slice(2));
endOfOutput();
