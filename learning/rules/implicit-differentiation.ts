import { LuDecomposition, Matrix } from "ml-matrix";
import type { Backend, CompiledFunction } from "../../core/compile/program.js";
import { gradient, transposedJacobianProduct } from "../../core/expression/derivatives.js";
import { type Expression, sizeOf } from "../../core/expression/expression.js";
import { divide, subtract, symbol } from "../../core/expression/functions.js";
import type { StateBlock } from "../../core/system.js";
import { denseJacobian } from "../../integrators/solvers/dense-jacobian.js";
import { StateVector } from "../../integrators/solvers/state-vector.js";
import type { StationarySolver } from "../../integrators/solvers/stationary-solver.js";
import { atState } from "../estimators/contrast.js";
import { pairing } from "../estimators/pairing.js";
import type { GradientResult, LearningDynamics, LearningRule, TaskData } from "../rule.js";
import type { PreparedPhase, StationaryPlan } from "../stationary-plan.js";
import type { LearningTask } from "../task.js";
import { derivedBlock, derivedName, NUDGE, refuseNames } from "../transformations/names.js";
import { nudgedForce } from "../transformations/nudged.js";
import { InconclusiveError } from "./inconclusive.js";
import { byParameter, settledPhases } from "./reliances.js";
import { stationaryResult, stationaryRule } from "./stationary-rule.js";

/** Options of {@link implicitDifferentiation}. */
export interface ImplicitDifferentiationOptions {
  /** How the state settles. The gradient's error is of the order of its tolerance: `newton()` is advised. */
  readonly settle: StationarySolver;
  /** @defaultValue generated JavaScript, or the interpreter where code generation is forbidden */
  readonly backend?: Backend;
}

/** A pivot this much smaller than the largest makes a Jacobian singular. */
const SMALLEST_PIVOT = 1e-13;

/**
 * The exact gradient at a stationary state, by the implicit function theorem; a reference for rules that learn by physics.
 * With F(x_0) = 0, J = dF/dx and the cost C,
 *
 *     J' lambda = dC/dx,    dC/dtheta = (direct derivative of C) - (dF/dtheta)' lambda
 *
 * for parameters and inputs of any system with stationary states: energy, skew-gradient, force. Over several examples it
 * is the gradient of the mean cost. Entries that rest at a bound stay there under a small change, so the equations are
 * those of the others. The Jacobian is dense; use it for small systems.
 *
 * Source: the implicit function theorem; for recurrent networks Almeida 1987 and Pineda 1987.
 *
 * @throws InconclusiveError from `gradient` where J is singular, so that the state is not isolated
 */
export function implicitDifferentiation(options: ImplicitDifferentiationOptions): LearningRule {
  const { settle, backend } = options;
  return stationaryRule({
    name: "implicit differentiation",
    reference: "implicit function theorem; Almeida 1987, Pineda 1987",
    maker: "implicitDifferentiation",
    settle,
    refusal: refuseNames,
    backend,
    dynamics: (task) => adjointDynamics(task, settle),
    prepare: (plan) => new ImplicitPlan(plan, settle),
    gradient: (prepared, data) => prepared.gradient(data),
  });
}

/** The free state, then the adjoint state as the stationary state of d(lambda)/dt = J'lambda - dC/dx. */
function adjointDynamics(task: LearningTask, settle: StationarySolver): LearningDynamics {
  const { system, cost } = task;
  const { state } = system;
  const symbols = state.map((block) => block.symbol);
  const adjoint = state.map((block): StateBlock => ({ ...derivedBlock(block, "adjoint"), role: "state" }));
  const forces = state.map(({ name }) => system.field.get(name) as Expression);
  const products = transposedJacobianProduct(
    forces,
    adjoint.map((block) => block.symbol),
    symbols,
  );
  const slopes = gradient(cost.final as Expression, symbols);
  const rates = products.map((product, k) => subtract(product, slopes[k] as Expression));
  const atFree = (expressions: readonly Expression[]): Expression[] =>
    atState(expressions, state, "free", symbol(NUDGE));
  const fields = atFree(rates);
  const linear = {
    ...nudgedForce(task),
    state: adjoint,
    field: new Map(adjoint.map(({ name }, k) => [name, fields[k] as Expression])),
  };
  return {
    phases: [
      { name: "free", system, nudge: 0, keep: "free" },
      {
        name: "adjoint",
        system: {
          ...linear,
          name: `${system.name}, adjoint`,
          input: [...linear.input, ...state.map((block) => derivedBlock(block, "free"))],
        },
        nudge: 0,
      },
    ],
    gradient: byParameter(task, (parameters) =>
      atFree(
        pairing(
          task,
          adjoint.map((block) => block.symbol),
          parameters,
        ),
      ),
    ),
    reliesOn: [
      "the whole Jacobian J at the free state, whose transposed equations J'lambda = dC/dx are solved at once rather than relaxed",
      ...settledPhases(task, settle, 1),
    ],
  };
}

/** The adjoint equations of one task for one number of examples. */
class ImplicitPlan {
  private readonly vector: StateVector;
  private readonly free: PreparedPhase;
  private readonly jacobian: () => Matrix[];
  private readonly field: CompiledFunction;
  private readonly costSlope: CompiledFunction;
  /** The adjoint state lambda by state block, for all examples. */
  private readonly adjoint: readonly Float64Array[];
  private readonly parameterGradient: CompiledFunction;
  private readonly inputGradient: CompiledFunction;

  constructor(
    private readonly plan: StationaryPlan,
    settle: StationarySolver,
  ) {
    const { task, buffers, examples, perExample, backend } = plan;
    const { state, parameters, input, field } = task.system;
    const cost = task.cost.final as Expression;
    const forces = state.map(({ name }) => field.get(name) as Expression);
    this.vector = new StateVector(task.system);
    this.free = plan.prepare(settle);
    this.jacobian = denseJacobian(task.system, { trajectories: examples, perTrajectory: perExample, buffers, backend });
    this.field = plan.compileEach(forces);
    this.costSlope = plan.compileEach(
      gradient(
        cost,
        state.map((block) => block.symbol),
      ),
    );
    const names = state.map(({ name }) => derivedName(name, "adjoint"));
    this.adjoint = state.map(({ shape }) => new Float64Array(examples * sizeOf(shape)));
    this.adjoint.forEach((values, k) => {
      buffers[names[k] as string] = values;
    });
    const adjoint = state.map(({ shape }, k) => symbol(names[k] as string, shape));
    const gradients = (blocks: readonly { readonly symbol: Expression }[]): Expression[] =>
      pairing(
        task,
        adjoint,
        blocks.map((block) => block.symbol),
      );
    this.parameterGradient = plan.compileMean(gradients(parameters), new Set(names));
    this.inputGradient = backend.compileFunction(
      { outputs: gradients(input).map((value) => divide(value, examples)) },
      { trajectories: examples, perTrajectory: new Set([...perExample, ...names]), bind: buffers },
    );
  }

  gradient(data: TaskData): GradientResult {
    const { plan } = this;
    plan.load(data);
    const phases = [plan.settle("free", this.free)];
    this.solveAdjoint();
    this.parameterGradient.run();
    this.inputGradient.run();
    return stationaryResult(plan, {
      costs: plan.costs(),
      freeState: plan.buffers,
      gradient: this.parameterGradient.outputs,
      inputGradient: this.inputGradient.outputs,
      phases,
    });
  }

  /** J' lambda = dC/dx over the entries that are not held, example by example; lambda is 0 at the others. */
  private solveAdjoint(): void {
    const { plan, vector } = this;
    const states = plan.task.system.state.map(({ name }) => plan.buffers[name] as Float64Array);
    this.field.run();
    this.costSlope.run();
    this.jacobian().forEach((jacobian, example) => {
      const free = vector.free(vector.read(states, example), vector.read(this.field.outputs, example));
      const slope = vector.read(this.costSlope.outputs, example);
      const adjoint = new Float64Array(vector.size);
      if (free.length > 0) {
        const right = Matrix.columnVector(free.map((k) => slope[k] as number));
        const solution = solveRegular(jacobian.selection(free, free).transpose(), right, example);
        free.forEach((k, i) => {
          adjoint[k] = solution.get(i, 0);
        });
      }
      vector.write(adjoint, this.adjoint, example);
    });
  }
}

function solveRegular(matrix: Matrix, right: Matrix, example: number): Matrix {
  const decomposition = new LuDecomposition(matrix);
  const pivots = decomposition.upperTriangularMatrix.diagonal().map(Math.abs);
  if (!(Math.min(...pivots) > SMALLEST_PIVOT * Math.max(...pivots))) {
    throw new InconclusiveError(
      `The Jacobian at the stationary state of example ${example} is singular, so that the state is not isolated and its cost has no gradient.`,
    );
  }
  return decomposition.solve(right);
}
