import { InputError } from "../errors.js";
import { type Expression, sizeOf } from "../expression/expression.js";

/** Bounds that keep a formula from a stranger harmless; one beyond them is refused with a FormulaError. */
export interface FormulaLimits {
  /** Characters of text; 20,000 by default. */
  readonly length?: number;
  /** Nesting of parentheses, calls, indices and right operands; 200 by default, at most 1000. */
  readonly depth?: number;
  /** Nodes of the graph; 20,000 by default. What the scope provides is not counted. */
  readonly nodes?: number;
  /** Entries of all arrays and index tables of the graph together; 2^25 by default. What the scope provides is not counted. */
  readonly entries?: number;
}

const DEFAULTS: Required<FormulaLimits> = { length: 20_000, depth: 200, nodes: 20_000, entries: 2 ** 25 };

/** The parser is recursive; this depth is safe on any JavaScript stack in use. */
const GREATEST_DEPTH = 1000;

/** Fills in the defaults. */
export function completeLimits(limits: FormulaLimits): Required<FormulaLimits> {
  const complete = { ...DEFAULTS, ...limits };
  for (const [name, limit] of Object.entries(complete)) {
    const most = name === "depth" ? GREATEST_DEPTH : Number.POSITIVE_INFINITY;
    if (!(limit >= 1 && limit <= most)) {
      const expected = most === GREATEST_DEPTH ? `a number from 1 to ${most}` : "a number of at least 1";
      throw new InputError({ field: `limit of a formula's ${name}`, given: String(limit), expected });
    }
  }
  return complete;
}

const isTable = (value: unknown): value is Float64Array | Int32Array =>
  value instanceof Float64Array || value instanceof Int32Array;

/** Counts the nodes and entries of a growing graph. */
export class Budget {
  readonly #limits: Required<FormulaLimits>;
  readonly #visited = new Set<Expression>();
  #nodes = 0;
  #entries = 0;

  constructor(limits: Required<FormulaLimits>) {
    this.#limits = limits;
  }

  /** Takes an expression into the graph free of charge. */
  provide(expression: Expression): void {
    this.#visit(expression, () => undefined);
  }

  /** Counts the nodes below `expression` that are new. */
  count(expression: Expression): void {
    this.#visit(expression, (node) => {
      this.#nodes++;
      this.#entries += sizeOf(node.shape);
      for (const value of Object.values(node.attributes)) if (isTable(value)) this.#entries += value.length;
    });
  }

  /** Visits the nodes below `expression` that were not visited before. */
  #visit(expression: Expression, action: (node: Expression) => void): void {
    const pending = [expression];
    for (let node = pending.pop(); node !== undefined; node = pending.pop()) {
      if (this.#visited.has(node)) continue;
      this.#visited.add(node);
      action(node);
      pending.push(...node.operands);
    }
  }

  /** What is allowed, if more was counted. */
  exceeded(): string | undefined {
    if (this.#nodes > this.#limits.nodes) return `at most ${this.#limits.nodes} nodes in the formula's graph`;
    if (this.#entries <= this.#limits.entries) return undefined;
    return `at most ${this.#limits.entries} entries in the arrays of the formula together`;
  }
}
