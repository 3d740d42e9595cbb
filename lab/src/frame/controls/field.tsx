/**
 * @file A label above a control and a note below it, for every control alike.
 */
import './controls.css';
import type { ComponentChildren } from 'preact';

export interface LabelProps {
  readonly label: string;
  /** A line under the control; announced with it. */
  readonly note?: string | undefined;
  /** What is wrong with what was typed, in place of the note. */
  readonly problem?: string | undefined;
}

interface FieldProps extends LabelProps {
  /** Of the control that the label belongs to. */
  readonly id: string;
  readonly children: ComponentChildren;
}

export function Field({ id, label, note, problem, children }: FieldProps) {
  return (
    <div class="field">
      <label class="fieldLabel" for={id}>
        {label}
      </label>
      {children}
      <FieldNote id={id} note={note} problem={problem} />
    </div>
  );
}

interface NoteProps {
  readonly id: string;
  readonly note?: string | undefined;
  readonly problem?: string | undefined;
}

export function FieldNote({ id, note, problem }: NoteProps) {
  const text = problem ?? note;
  if (text === undefined) return null;
  return (
    <span id={noteId(id)} class={problem === undefined ? 'fieldNote' : 'fieldNote isProblem'}>
      {text}
    </span>
  );
}

export const noteId = (id: string): string => `${id}Note`;

/** aria attributes of a control that has a note. */
export function describedBy(id: string, { note, problem }: Omit<LabelProps, 'label'>) {
  const has = note !== undefined || problem !== undefined;
  return {
    'aria-describedby': has ? noteId(id) : undefined,
    'aria-invalid': problem === undefined ? undefined : true,
  };
}
