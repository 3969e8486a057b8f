import { agnosticEquilibriumPropagation } from "./agnostic-equilibrium-propagation.js";
import { dissipativeEcho } from "./dissipative-echo.js";
import { echoBackpropagationUpdates } from "./echo-backpropagation.js";
import { feedbackAngle } from "./feedback-angle.js";
import { feedforwardLimit } from "./feedforward-limit.js";
import { hamiltonianEchoLearning } from "./hamiltonian-echo.js";
import { lagrangianBoundaries } from "./lagrangian-boundaries.js";
import { layerRecurrence } from "./layer-recurrence.js";
import { metricAndProbes } from "./metric-and-probes.js";
import { nonConservativeRules } from "./non-conservative-rules.js";
import type { Reproduction } from "./reproduction.js";
import { skewGradientLattice } from "./skew-gradient-lattice.js";
import { teacherRegression } from "./teacher-regression.js";

/** Every reproduction of published numbers, for the test suite and the command line. */
export const reproductions: readonly Reproduction[] = [
  nonConservativeRules,
  feedforwardLimit,
  metricAndProbes,
  feedbackAngle,
  teacherRegression,
  skewGradientLattice,
  layerRecurrence,
  agnosticEquilibriumPropagation,
  lagrangianBoundaries,
  hamiltonianEchoLearning,
  dissipativeEcho,
  echoBackpropagationUpdates,
];
