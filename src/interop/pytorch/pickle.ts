/**
 * @file Python's pickles, read as data: a small machine with a stack and a memo, and nothing that runs.
 *
 * A pickle names functions and calls them. Here a name is looked up in the caller's table, which says what data the call
 * stands for; a name that is not in the table ends the reading with an error. Next stops: `pickleMachine.ts`,
 * `pickleOpcodes.ts`; `torchPickle.ts`, PyTorch's table.
 */
import { shownValue } from '../../base/printable.ts';
import { brokenPickle, Machine, type PickleValue, type PickleWorld } from './pickleMachine.ts';
import { OPCODES } from './pickleOpcodes.ts';

const STOP = 0x2e;

/** Reads the pickle that begins at `start`; gives its value and where it ends. */
export function readPickle(
  bytes: Uint8Array,
  world: PickleWorld,
  start = 0,
): { readonly value: PickleValue; readonly end: number } {
  const machine = new Machine(bytes, world, start);
  for (;;) {
    const code = machine.byte();
    if (code === STOP) return { value: machine.pop(), end: machine.at };
    const step = OPCODES.get(code);
    if (step === undefined) {
      throw brokenPickle(
        `opcode ${shownValue(String.fromCharCode(code))} at byte ${machine.at - 1}`,
      );
    }
    step(machine);
  }
}
