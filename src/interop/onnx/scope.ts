/**
 * @file What the names of a node mean where it stands: in the graph, in a call of a function, in a branch.
 *
 * A function knows its own names alone, a branch those around it too. What either makes gets a name in the graph that
 * nothing else has. Before: `decode.ts`. Next stop: `nodeWalk.ts`, which makes scopes.
 */
import type { AttributeProto } from './proto/schema.ts';

/** Names of the graph. */
export class Names {
  readonly #taken: Set<string>;

  constructor(taken: Iterable<string>) {
    this.#taken = new Set(taken);
  }

  /** A name like the one that is wanted, which nothing has yet. */
  free(wanted: string): string {
    let name = wanted;
    for (let n = 1; this.#taken.has(name); n++) name = `${wanted}_${n}`;
    this.#taken.add(name);
    return name;
  }
}

export interface ScopeParts {
  readonly names: Names;
  /** Version of ONNX's own operators. */
  readonly opset: number;
  /** In front of what is named within. */
  readonly prefix: string;
  /** Functions that are being called, the outermost first. */
  readonly calls: readonly string[];
  /** What a call gives for `ref_attr_name`. */
  readonly attributes: ReadonlyMap<string, AttributeProto>;
  /** Around a branch; undefined in a function. */
  readonly outer: Scope | undefined;
}

export class Scope {
  readonly parts: ScopeParts;
  readonly #meanings = new Map<string, string>();

  constructor(parts: ScopeParts) {
    this.parts = parts;
  }

  get opset(): number {
    return this.parts.opset;
  }

  has(name: string): boolean {
    return this.#meanings.has(name);
  }

  bind(name: string, meaning: string): void {
    this.#meanings.set(name, meaning);
  }

  /** Gives a name of this scope one in the graph. */
  declare(name: string): void {
    this.bind(name, this.parts.names.free(this.label(name)));
  }

  /** The graph's name for a name of this scope; one that nothing gives where it means nothing here. */
  meaningOf(name: string): string {
    if (name === '') return '';
    const known = this.#meanings.get(name);
    if (known !== undefined) return known;
    if (this.parts.outer !== undefined) return this.parts.outer.meaningOf(name);
    this.declare(name);
    return this.meaningOf(name);
  }

  /** For people. */
  label(name: string): string {
    return this.parts.prefix === '' ? name : `${this.parts.prefix}/${name}`;
  }
}

/** The scope of the graph itself, where each name is what it says. */
export class GraphScope extends Scope {
  override meaningOf(name: string): string {
    return name;
  }
}
