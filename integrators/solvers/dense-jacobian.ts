import { Matrix } from "ml-matrix";
import { defaultBackend } from "../../core/compile/choose.js";
import { jacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { symbol } from "../../core/expression/functions.js";
import type { DynamicalSystem, StateBlock } from "../../core/system.js";
import { StateVector } from "./state-vector.js";
import type { SolverPlan } from "./stationary-solver.js";

/**
 * Compiles the Jacobian J = dF/dz of a system's field at the state in the plan's buffers: one dense matrix per trajectory,
 * rows and columns in the order of {@link StateVector}. It takes one product J e_k per column, for all trajectories
 * together.
 */
export function denseJacobian(system: DynamicalSystem, plan: SolverPlan): () => Matrix[] {
  const { trajectories = 1, perTrajectory = new Set<string>(), buffers, backend = defaultBackend() } = plan;
  const { state, field } = system;
  const vector = new StateVector(system);
  const directionName = (name: string): string => `${name}[direction]`;
  const directions = state.map(({ shape }) => new Float64Array(sizeOf(shape)));
  const bind: Record<string, Float64Array> = { ...buffers };
  directions.forEach((direction, k) => {
    bind[directionName((state[k] as StateBlock).name)] = direction;
  });
  const product = backend.compileFunction(
    {
      outputs: jacobianProduct(
        state.map(({ name }) => field.get(name) as Expression),
        state.map((block) => block.symbol),
        state.map(({ name, shape }) => symbol(directionName(name), shape)),
      ),
    },
    {
      trajectories,
      perTrajectory: new Set([...perTrajectory, ...state.map(({ name }) => name)]),
      bind,
    },
  );
  return () => {
    const matrices = Array.from({ length: trajectories }, () => new Matrix(vector.size, vector.size));
    const unit = new Float64Array(vector.size);
    for (let column = 0; column < vector.size; column++) {
      unit.fill(0);
      unit[column] = 1;
      vector.write(unit, directions);
      product.run();
      matrices.forEach((matrix, trajectory) => {
        vector.read(product.outputs, trajectory).forEach((value, row) => {
          matrix.set(row, column, value);
        });
      });
    }
    return matrices;
  };
}
