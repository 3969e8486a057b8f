import { Matrix } from "ml-matrix";
import { denseJacobian } from "../../integrators/solvers/dense-jacobian.js";
import type { TaskData } from "../../learning/rule.js";
import { StationaryPlan } from "../../learning/stationary-plan.js";
import type { LearningTask } from "../../learning/task.js";
import { carefulSolver } from "./careful-solver.js";

/** The Jacobian of a task's field at its stationary state for one example, blocks in the order of the state. */
export function stationaryJacobian(task: LearningTask, data: TaskData): Matrix {
  const plan = new StationaryPlan(task, 1);
  const solver = plan.prepare(carefulSolver());
  plan.load(data);
  plan.settle("free", solver);
  const [jacobian] = denseJacobian(task.system, { buffers: plan.buffers, backend: plan.backend })();
  return jacobian as Matrix;
}

/**
 * |A| / |S| of the antisymmetric and symmetric parts of a matrix (Frobenius norms): of the Jacobian of an energy 0, and the
 * larger the more forces go one way only.
 */
export function asymmetryOf(matrix: Matrix): number {
  const transposed = matrix.transpose();
  return Matrix.sub(matrix, transposed).norm() / Matrix.add(matrix, transposed).norm();
}
