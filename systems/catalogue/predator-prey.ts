import { forceSystem } from "../force-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/**
 * Prey x and predators y (Lotka 1925, Volterra 1926):
 *
 * dx/dt = x (growth - predation y), dy/dt = y (conversion x - death).
 *
 * Exact: it conserves conversion x - death log x + predation y - growth log y, so that populations go round the stationary
 * state (death / conversion, growth / predation) on closed orbits, near it with the period 2 pi / sqrt(growth death); over
 * a period the mean of each population is its stationary value.
 */
export function predatorPrey() {
  const system = forceSystem({
    name: "predator and prey",
    state: { prey: [], predators: [] },
    parameters: { growth: 1, predation: 1, conversion: 1, death: 1 },
    force: { prey: "prey*(growth - predation*predators)", predators: "predators*(conversion*prey - death)" },
    invariants: {
      orbit: "conversion*prey - death*log(abs(prey)) + predation*predators - growth*log(abs(predators))",
    },
  });
  return catalogueSystem(system, { initial: { prey: 2, predators: 1 } });
}

/**
 * Predators and prey whose own number limits them:
 *
 * dx/dt = x (growth - limitation x - predation y), dy/dt = y (conversion x - death).
 *
 * Exact: where growth conversion > limitation death, all positive populations settle in the coexistence state
 * x = death / conversion, y = (growth - limitation x) / predation; else the predators die out, and the prey goes to
 * growth / limitation. The Jacobian of coexistence is [[-limitation x, -predation x], [conversion y, 0]], far from
 * symmetric. Per time, conversion x - death log x + predation (y - y_c log y) falls by limitation conversion (x - x_c)^2
 * with coexistence at (x_c, y_c).
 *
 * Source: Volterra 1931.
 */
export function selfLimitedPredatorPrey() {
  const system = forceSystem({
    name: "predator and self-limited prey",
    state: { prey: [], predators: [] },
    parameters: { growth: 1, limitation: 0.4, predation: 1, conversion: 1, death: 1 },
    force: {
      prey: "prey*(growth - limitation*prey - predation*predators)",
      predators: "predators*(conversion*prey - death)",
    },
  });
  return catalogueSystem(system, { initial: { prey: 2, predators: 1 } });
}
