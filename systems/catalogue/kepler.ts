import { hamiltonianSystem } from "../hamiltonian-system.js";
import { catalogueSystem, checkOption } from "./catalogue-system.js";

/** The eccentric anomaly E with E - eccentricity sin E = mean, by Newton's iteration. */
function eccentricAnomaly(mean: number, eccentricity: number): number {
  let anomaly = mean + eccentricity * Math.sin(mean);
  for (let iteration = 0; iteration < 50; iteration++) {
    const change = (anomaly - eccentricity * Math.sin(anomaly) - mean) / (1 - eccentricity * Math.cos(anomaly));
    anomaly -= change;
    if (Math.abs(change) <= Number.EPSILON * Math.max(1, Math.abs(anomaly))) break;
  }
  return anomaly;
}

/**
 * A planet of unit mass in the plane, in the field of a sun of the given strength: H = |p|^2 / 2 - strength / |q|.
 *
 * Invariants besides the energy: the angular momentum x p_y - y p_x and the eccentricity vector (its two components; its
 * length is the eccentricity). The example starts at the perihelion of an ellipse of semi-axis 1 with the given
 * eccentricity e (0 <= e < 1, default 0.6): q0 = (1 - e, 0), p0 = (0, sqrt((1 + e) / (1 - e))), period 2 pi. Exact:
 * q = (cos E - e, sqrt(1 - e^2) sin E) with Kepler's equation E - e sin E = t.
 *
 * @throws InputError for an eccentricity outside [0, 1)
 */
export function kepler({ eccentricity = 0.6 } = {}) {
  const bound = eccentricity >= 0 && eccentricity < 1;
  checkOption("kepler, eccentricity", eccentricity, bound, "a number from 0 to below 1");
  const system = hamiltonianSystem({
    name: "Kepler problem",
    coordinates: { q: [2] },
    momenta: { p: [2] },
    parameters: { strength: 1 },
    hamiltonian: "sum(p^2)/2 - strength/sqrt(sum(q^2))",
    invariants: {
      angular_momentum: "q[0]*p[1] - q[1]*p[0]",
      eccentricity_x: "p[1]*(q[0]*p[1] - q[1]*p[0])/strength - q[0]/sqrt(sum(q^2))",
      eccentricity_y: "-p[0]*(q[0]*p[1] - q[1]*p[0])/strength - q[1]/sqrt(sum(q^2))",
    },
  });
  const minor = Math.sqrt(1 - eccentricity ** 2);
  return catalogueSystem(system, {
    initial: { q: [1 - eccentricity, 0], p: [0, Math.sqrt((1 + eccentricity) / (1 - eccentricity))] },
    period: 2 * Math.PI,
    exact: (time) => {
      const anomaly = eccentricAnomaly(time, eccentricity);
      const [cosine, sine] = [Math.cos(anomaly), Math.sin(anomaly)];
      const rate = 1 / (1 - eccentricity * cosine);
      return { q: [cosine - eccentricity, minor * sine], p: [-sine * rate, minor * cosine * rate] };
    },
  });
}
