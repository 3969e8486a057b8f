import type { Backend, CompiledFunction } from "../core/compile/program.js";
import { type Expression, topologicalOrder } from "../core/expression/expression.js";
import { splitInvariants } from "../core/expression/invariants.js";
import { symbolName, symbolsOf } from "../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../core/system.js";

/** Where the values of a plan live; see `StationaryPlan`. */
export interface InvariantStore {
  readonly buffers: Record<string, Float64Array>;
  /** Names with one value per example. */
  readonly perExample: Set<string>;
  readonly examples: number;
  readonly backend: Backend;
}

const nameOf = (expression: Expression): string => symbolName(expression) as string;

/**
 * What a field needs of fixed values alone, such as the drive of a clamped input, or slopes at a stored state: computed once
 * instead of in every step.
 */
export class PhaseInvariants {
  /** The symbols that stand for invariants, by the expression they stand for. */
  private readonly symbols = new Map<Expression, Expression>();
  private readonly functions: CompiledFunction[] = [];

  /**
   * @param fixed symbols that keep their value from one {@link compute} to the next
   * @param label sets these invariants apart from others in the same store
   */
  constructor(
    private readonly store: InvariantStore,
    private readonly fixed: ReadonlySet<Expression>,
    private readonly label: string,
  ) {}

  /** The system with its invariants as further inputs. */
  split(system: DynamicalSystem): DynamicalSystem {
    const known = this.symbols.size;
    const fields = splitInvariants([...system.field.values()], this.fixed, this.symbols, this.label);
    for (const [expression, stands] of [...this.symbols].slice(known)) this.add(expression, stands);
    const inputs = [...this.symbols.values()].map((stands) => ({
      name: nameOf(stands),
      shape: stands.shape,
      symbol: stands,
    }));
    return {
      ...system,
      input: [...system.input, ...inputs],
      field: new Map([...system.field.keys()].map((name, k) => [name, fields[k] as Expression])),
    };
  }

  private add(expression: Expression, stands: Expression): void {
    const { buffers, perExample, examples, backend } = this.store;
    const name = nameOf(stands);
    const each = [...symbolsOf(topologicalOrder([expression])).keys()].some((symbol) => perExample.has(symbol));
    if (each) perExample.add(name);
    const compiled = backend.compileFunction(
      { outputs: [expression] },
      { trajectories: each ? examples : 1, perTrajectory: perExample, bind: buffers },
    );
    buffers[name] = compiled.outputs[0] as Float64Array;
    this.functions.push(compiled);
  }

  /** Computes all invariants from the values at hand. */
  compute(): void {
    for (const each of this.functions) each.run();
  }
}
