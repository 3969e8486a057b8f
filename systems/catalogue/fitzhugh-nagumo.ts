import { skewGradientSystem } from "../skew-gradient-system.js";
import { catalogueSystem, checkSize } from "./catalogue-system.js";

/**
 * A ring of diffusively coupled FitzHugh-Nagumo cells with activators u and inhibitors v:
 *
 * du/dt = gain u - u^3 - v + current + D_u lap u and tau dv/dt = u - decay v + D_v lap v, where
 * (lap u)_i = u_(i+1) - 2 u_i + u_(i-1). It is skew-gradient with the potential
 *
 * Phi = sum(-gain u^2 / 2 + u^4 / 4 + u v - decay v^2 / 2 - current u) + D_u / 2 sum (u_(i+1) - u_i)^2
 *       - D_v / 2 sum (v_(i+1) - v_i)^2.
 *
 * @param options.sites number of cells, 3 by default
 * @throws InputError for a number of cells that is not a whole number from 1 on
 */
export function fitzhughNagumoRing({ sites = 3 } = {}) {
  checkSize("fitzhughNagumoRing, sites", sites, 1);
  const system = skewGradientSystem({
    name: `FitzHugh-Nagumo ring of ${sites} cells`,
    activators: { u: [sites] },
    inhibitors: { v: [sites] },
    parameters: {
      gain: 0.5,
      decay: 1,
      diffusion_u: 0.5,
      diffusion_v: 1,
      tau: 1,
      current: { shape: [sites], default: 0.1 },
    },
    timeConstants: { v: "tau" },
    potential: `
      cells = sum(-gain*u^2/2 + u^4/4 + u*v - decay*v^2/2 - current*u);
      cells + diffusion_u/2*sum((u - shift(u, 1))^2) - diffusion_v/2*sum((v - shift(v, 1))^2)`,
  });
  return catalogueSystem(system, {
    initial: { u: Array.from({ length: sites }, (_, i) => 0.1 * Math.cos((2 * Math.PI * i) / sites)), v: 0 },
  });
}
