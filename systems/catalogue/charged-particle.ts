import { lagrangianSystem } from "../lagrangian-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";

/**
 * A particle of unit mass and charge in the plane, in a uniform magnetic field across it and a uniform electric field in it:
 * L = |v|^2 / 2 + magnetic (x v_y - y v_x) / 2 + electric . q, so x'' = magnetic y' + E_x, y'' = -magnetic x' + E_y.
 *
 * A velocity-dependent force that does no work: the energy is |v|^2 / 2 - electric . q. Exact, as a complex number with
 * u = v - drift, drift = (E_y, -E_x) / magnetic: u(t) = u(0) exp(-i magnetic t), a circle that drifts across the fields.
 *
 * @param options the fields of the example: magnetic (1.5 by default) and electric ([0.2, -0.1])
 * @throws InputError for a magnetic field that is 0
 */
export function chargedParticle({ magnetic = 1.5, electric = [0.2, -0.1] as readonly [number, number] } = {}) {
  checkOption("chargedParticle, magnetic", magnetic, magnetic !== 0, "a number other than 0");
  const system = lagrangianSystem({
    name: "charged particle",
    coordinates: { q: [2] },
    parameters: { magnetic, electric: { shape: [2], default: electric } },
    lagrangian: "sum(q_dot^2)/2 + magnetic*(q[0]*q_dot[1] - q[1]*q_dot[0])/2 + dot(electric, q)",
  });
  const [x0, y0, velocityX0, velocityY0] = [1, 0, 0.3, 0.8];
  const [driftX, driftY] = [electric[1] / magnetic, -electric[0] / magnetic];
  return catalogueSystem(system, {
    initial: { q: [x0, y0], q_dot: [velocityX0, velocityY0] },
    exact: (time) => {
      const [cosine, sine] = [Math.cos(magnetic * time), Math.sin(magnetic * time)];
      const [u, v] = [velocityX0 - driftX, velocityY0 - driftY];
      return {
        q: [
          x0 + driftX * time + (u * sine + v * (1 - cosine)) / magnetic,
          y0 + driftY * time + (v * sine - u * (1 - cosine)) / magnetic,
        ],
        q_dot: [driftX + u * cosine + v * sine, driftY + v * cosine - u * sine],
      };
    },
  });
}
