import type { StationarySolver } from "../integrators/solvers/stationary-solver.js";
import { prepareSpectralAbscissa, type SpectralAbscissa } from "../integrators/spectrum/spectral-abscissa.js";
import { requireStable } from "../integrators/spectrum/stability.js";
import type { StationaryPlan } from "./stationary-plan.js";

/** Whether a rule makes sure that the free state is stable before it trusts what is built on it. */
export type StabilityOption = "checked" | "unchecked";

/**
 * Demands that the state in a plan's buffers is stable where that is neither known nor without importance: a relaxation along
 * the dynamics that settled has shown it by settling, and energies are contrasted rightly at any critical point. What is left
 * are force and skew-gradient systems whose state was found in another way.
 */
export class StabilityCheck {
  private readonly isNeeded: boolean;
  private abscissas: (() => SpectralAbscissa[]) | undefined;

  constructor(
    private readonly plan: StationaryPlan,
    settle: StationarySolver,
    option: StabilityOption = "checked",
  ) {
    this.isNeeded = option === "checked" && plan.task.system.kind !== "energy" && !settle.followsDynamics;
  }

  /** @throws StabilityError that names the example, what was found and what to change */
  run(phase: string): void {
    if (!this.isNeeded) return;
    const { task, buffers, examples, perExample, backend } = this.plan;
    this.abscissas ??= prepareSpectralAbscissa(task.system, {
      trajectories: examples,
      perTrajectory: perExample,
      buffers,
      backend,
    });
    requireStable(task.system, this.abscissas(), phase);
  }
}
