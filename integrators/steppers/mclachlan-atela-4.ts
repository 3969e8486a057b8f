import type { Integrator } from "../../core/integrator.js";
import { drift, kick, splittingMethod } from "../splitting.js";

/** Options of {@link mclachlanAtela4}. */
export interface McLachlanAtela4Options {
  /** The step size h > 0. */
  readonly step: number;
}

/**
 * McLachlan and Atela's method of order 4 with the smallest error of four stages: symplectic, not symmetric. Four kicks,
 * each followed by a drift. It has its order where T is quadratic in p, and refuses other systems.
 *
 * Reference: R. I. McLachlan and P. Atela, The accuracy of symplectic integrators, Nonlinearity 5, 541 (1992).
 *
 * @throws InputError for a step that is not finite and positive
 */
export function mclachlanAtela4({ step }: McLachlanAtela4Options): Integrator {
  return splittingMethod({
    name: "McLachlan-Atela 4",
    step,
    order: 4,
    symmetric: false,
    reference: "R. I. McLachlan and P. Atela, The accuracy of symplectic integrators, Nonlinearity 5, 541 (1992)",
    quadratic: true,
    stages: [
      kick(0.1344961992774311),
      drift(0.5153528374311229),
      kick(-0.22481980307942082),
      drift(-0.08578201941297364),
      kick(0.7563200005156683),
      drift(0.4415830236164665),
      kick(0.3340036032863214),
      drift(0.12884615836538418),
    ],
  });
}
