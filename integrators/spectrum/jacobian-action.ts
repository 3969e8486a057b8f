import { defaultBackend } from "../../core/compile/choose.js";
import type { CompiledFunction } from "../../core/compile/program.js";
import { jacobianProduct, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import { splitInvariants } from "../../core/expression/invariants.js";
import { symbolName } from "../../core/expression/primitives/leaves.js";
import type { DynamicalSystem } from "../../core/system.js";
import { StateVector } from "../solvers/state-vector.js";
import type { SolverPlan } from "../solvers/stationary-solver.js";
import type { LinearAction } from "./rightmost-eigenvalue.js";

/**
 * Products with the Jacobian J = dF/dz of a system's field, or with its transpose, at the state in a plan's buffers (one
 * trajectory). J itself is never built: memory is that of the formulas' own arrays, so linear in the synapses of a network.
 * What does not depend on the direction is computed once per state. Entries held at a bound do not take part.
 */
export class JacobianAction implements LinearAction {
  /** The entries of the state that are not held, the rows and columns of J; set by {@link update}. */
  free: readonly number[] = [];
  private readonly vector: StateVector;
  private readonly states: readonly Float64Array[];
  /** All entries of the direction and of its image, held ones included. */
  private readonly direction: Float64Array;
  private readonly image: Float64Array;
  private readonly field: CompiledFunction;
  private readonly invariants: CompiledFunction;
  private readonly product: CompiledFunction;

  constructor(
    system: DynamicalSystem,
    { buffers, backend = defaultBackend() }: Pick<SolverPlan, "buffers" | "backend">,
    transposed = false,
  ) {
    const { state, parameters, input } = system;
    this.vector = new StateVector(system);
    this.states = state.map(({ name }) => buffers[name] as Float64Array);
    const forces = state.map(({ name }) => system.field.get(name) as Expression);
    const symbols = state.map((block) => block.symbol);
    const along = state.map(({ name, shape }) => symbol(`${name}[direction]`, shape));
    const products = transposed
      ? transposedJacobianProduct(forces, along, symbols)
      : jacobianProduct(forces, symbols, along);
    const fixed = new Set([...state, ...parameters, ...input].map((block) => block.symbol));
    const known = new Map<Expression, Expression>();
    // The system may have invariants of its own among its inputs: these have another label.
    const outputs = splitInvariants(products, fixed, known, "at the state");
    const split = [...known];
    this.field = backend.compileFunction({ outputs: forces }, { bind: buffers });
    this.invariants = backend.compileFunction({ outputs: split.map(([expression]) => expression) }, { bind: buffers });
    this.direction = new Float64Array(this.vector.size);
    this.image = new Float64Array(this.vector.size);
    const bind: Record<string, Float64Array> = { ...buffers };
    let start = 0;
    state.forEach(({ shape }, k) => {
      const name = symbolName(along[k] as Expression) as string;
      bind[name] = this.direction.subarray(start, start + sizeOf(shape));
      start += sizeOf(shape);
    });
    split.forEach(([, stands], k) => {
      bind[symbolName(stands) as string] = this.invariants.outputs[k] as Float64Array;
    });
    this.product = backend.compileFunction({ outputs }, { bind });
  }

  get size(): number {
    return this.free.length;
  }

  /** Reads the state from the buffers; call it after they were written. */
  update(): void {
    this.field.run();
    this.invariants.run();
    this.free = this.vector.free(this.vector.read(this.states), this.vector.read(this.field.outputs));
    this.direction.fill(0);
  }

  apply(vector: Float64Array, out: Float64Array): void {
    const { free, direction, image, product } = this;
    for (let k = 0; k < free.length; k++) direction[free[k] as number] = vector[k] as number;
    product.run();
    let start = 0;
    for (const block of product.outputs) {
      image.set(block, start);
      start += block.length;
    }
    for (let k = 0; k < free.length; k++) out[k] = image[free[k] as number] as number;
  }
}
