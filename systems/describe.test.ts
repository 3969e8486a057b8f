import { describe, expect, it } from "vitest";
import { describe as describeSystem } from "../core/describe.js";
import { doubleWell } from "./catalogue/double-well.js";
import { lorenz } from "./catalogue/lorenz.js";
import { standardMap } from "./catalogue/standard-map.js";
import { energySystem } from "./energy-system.js";
import { forceSystem } from "./force-system.js";
import { hamiltonianSystem } from "./hamiltonian-system.js";
import { lagrangianSystem } from "./lagrangian-system.js";
import { nativeSystem } from "./native-system.js";
import { systems } from "./registry.js";
import { skewGradientSystem } from "./skew-gradient-system.js";

describe("describe", () => {
  it("writes a Hamiltonian with its equations and invariants", () => {
    const { text, latex } = describeSystem(doubleWell().system);
    expect(text).toBe(
      [
        "double well (Hamiltonian system)",
        "  H(q, p) = p^2/(2*mass) + barrier*(q^2 - 1)^2",
        "  dq/dt = dH/dp",
        "  dp/dt = -dH/dq",
        "conserved:",
        "  energy = p^2/(2*mass) + barrier*(q^2 - 1)^2",
      ].join("\n"),
    );
    expect(latex.split("\n").slice(0, 4)).toEqual([
      "\\begin{aligned}",
      "H\\left(q, p\\right) &= \\frac{p^{2}}{2 \\, \\mathrm{mass}} + \\mathrm{barrier} \\, \\left(q^{2} - 1\\right)^{2} \\\\",
      "\\frac{\\mathrm{d} q}{\\mathrm{d} t} &= \\frac{\\partial H}{\\partial p} \\\\",
      "\\frac{\\mathrm{d} p}{\\mathrm{d} t} &= -\\frac{\\partial H}{\\partial q} \\\\",
    ]);
  });

  it("writes the damping of a Hamiltonian system", () => {
    const damped = hamiltonianSystem({
      name: "damped",
      coordinates: { q: [] },
      momenta: { p: [] },
      parameters: { gamma: [] },
      hamiltonian: "p^2/2",
      damping: "gamma",
    });
    expect(describeSystem(damped).text.split("\n").slice(2)).toEqual(["  dq/dt = dH/dp", "  dp/dt = -dH/dq - gamma*p"]);
    expect(describeSystem(damped).latex).toContain("-\\frac{\\partial H}{\\partial q} - \\gamma \\, p");
  });

  it("writes the law of every other structure", () => {
    const damped = lagrangianSystem({
      name: "damped",
      coordinates: { theta: [] },
      parameters: { gamma: [] },
      lagrangian: "theta_dot^2/2",
      damping: "gamma",
      force: { theta: "cos(t)" },
    });
    const lagrangian = describeSystem(damped);
    expect(lagrangian.text).toBe(
      [
        "damped (Lagrangian system)",
        "  L(theta, theta_dot) = theta_dot^2/2",
        "  d(dL/dtheta_dot)/dt = dL/dtheta - gamma*dL/dtheta_dot + (cos(t))",
      ].join("\n"),
    );
    expect(lagrangian.latex).toContain(
      "\\frac{\\partial L}{\\partial \\theta} - \\gamma \\, \\frac{\\partial L}{\\partial \\dot{\\theta}}",
    );
    const bounded = energySystem({ name: "unit", state: { s: { shape: [], bounds: [0, 1] } }, energy: "s^2/2" });
    expect(describeSystem(bounded).text).toBe("unit (energy system)\n  E(s) = s^2/2\n  ds/dt = -dE/ds\n  s in [0, 1]");
    const potential = energySystem({
      name: "potential",
      state: { u: [] },
      rates: { u: "tanh(u)" },
      energy: "tanh(u)*u - logcosh(u)",
    });
    expect(describeSystem(potential).text.split("\n")[2]).toBe("  du/dt = -dE/d(tanh(u))");
    const cell = skewGradientSystem({
      name: "cell",
      activators: { u: [] },
      inhibitors: { v: [] },
      parameters: { tau: [] },
      timeConstants: { v: "tau" },
      potential: "u*v",
    });
    expect(describeSystem(cell).text.split("\n").slice(1)).toEqual([
      "  Phi(u, v) = u*v",
      "  du/dt = -dPhi/du",
      "  tau*dv/dt = dPhi/dv",
    ]);
    const shared = forceSystem({
      name: "shared",
      state: { x: [2] },
      parameters: { W: [2, 2], a: [2], b: [2] },
      force: { x: "s = exp(W @ tanh(a*x + b) + b*x + a); s/(1 + s)" },
    });
    expect(describeSystem(shared).text.split("\n")[1]).toBe(
      "  dx/dt = a1/(1 + a1), where a1 = exp(W @ tanh(a*x + b) + b*x + a)",
    );
    expect(describeSystem(lorenz().system).text.split("\n")[1]).toBe("  dx/dt = sigma*(y - x)");
    expect(describeSystem(standardMap().system).text.split("\n")[2]).toBe("  p(t + 1) = p + kick*sin(q)");
    const native = nativeSystem({ name: "n", state: { x: [] }, field: () => undefined });
    expect(describeSystem(native)).toEqual({
      text: "n (native system)\n  dx/dt = a function of its own",
      latex: "\\begin{aligned}\n\\frac{\\mathrm{d} x}{\\mathrm{d} t} &= \\text{a function of its own}\n\\end{aligned}",
    });
  });

  it.each(systems)("writes $name with balanced braces", ({ make }) => {
    const { text, latex } = describeSystem(make().system);
    expect(text.split("\n").length).toBeGreaterThan(1);
    let depth = 0;
    for (const character of latex) {
      depth += character === "{" ? 1 : character === "}" ? -1 : 0;
      expect(depth).toBeGreaterThanOrEqual(0);
    }
    expect(depth).toBe(0);
  });
});
