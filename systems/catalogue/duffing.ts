import { lagrangianSystem } from "../lagrangian-system.js";
import { catalogueSystem } from "./catalogue-system.js";

/**
 * The damped, driven Duffing oscillator, q'' + damping q' + linear q + cubic q^3 = drive cos(frequency t):
 * L = q_dot^2 / 2 - linear q^2 / 2 - cubic q^4 / 4 + drive cos(frequency t) q.
 *
 * The defaults (a buckled beam, linear < 0) are on the chaotic attractor (Guckenheimer and Holmes 1983, section 2.2).
 */
export function duffing() {
  const system = lagrangianSystem({
    name: "Duffing oscillator",
    coordinates: { q: [] },
    parameters: { linear: -1, cubic: 1, damping: 0.25, drive: 0.3, frequency: 1 },
    lagrangian: "q_dot^2/2 - linear*q^2/2 - cubic*q^4/4 + drive*cos(frequency*t)*q",
    damping: "damping",
  });
  return catalogueSystem(system, { initial: { q: 1, q_dot: 0 } });
}
