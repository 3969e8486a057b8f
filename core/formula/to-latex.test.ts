import { describe, expect, test } from "vitest";
import { symbol } from "../expression/functions.js";
import { nameToLatex } from "./latex-names.js";
import { parseFormula } from "./parser.js";
import { toLatex } from "./to-latex.js";

const scalars = "q p mass x y theta1 theta1_dot tau_u omega k xi_1".split(" ");
const scope = new Map([
  ...scalars.map((name) => [name, symbol(name)] as const),
  ["u", symbol("u", [3])] as const,
  ["v", symbol("v", [3])] as const,
  ["W", symbol("W", [3, 3])] as const,
  ["q1", symbol("q1", [3])] as const,
]);
const latex = (text: string): string => toLatex(parseFormula(text, scope));

describe("expressions", () => {
  test.each([
    [
      "p^2/(2*mass) + k*(1 - cos(q))",
      String.raw`\frac{p^{2}}{2 \, \mathrm{mass}} + k \, \left(1 - \cos\left(q\right)\right)`,
    ],
    ["-q^2", "-q^{2}"],
    ["(-q)^x", String.raw`\left(-q\right)^{x}`],
    ["(q^x)^y", String.raw`\left(q^{x}\right)^{y}`],
    ["2^-q^2", "2^{-q^{2}}"],
    ["q - (p - x)", String.raw`q - \left(p - x\right)`],
    ["q + -2*p", String.raw`q - 2 \, p`],
    ["q*(p*-2)", String.raw`q \, \left(-2 \, p\right)`],
    ["q + (-x < p)", String.raw`q + \left[-x < p\right]`],
    ["(q <= p)*x", String.raw`\left[q \le p\right] \, x`],
    ["mass*theta1_dot^2/tau_u", String.raw`\frac{\mathrm{mass} \, \dot{\theta}_{1}^{2}}{\tau_{u}}`],
    ["2*pi*omega", String.raw`2 \, \pi \, \omega`],
    ["1e-7*q", String.raw`10^{-7} \, q`],
    ["2.5e30*q", String.raw`2.5 \times 10^{30} \, q`],
    ["W @ u", String.raw`W \, u`],
    ["u @ W", String.raw`u^{\top} \, W`],
    ["u @ v", String.raw`u^{\top} \, v`],
    ["transpose(W) @ (u + v)", String.raw`W^{\top} \, \left(u + v\right)`],
    ["outer(u, v)", String.raw`u \, v^{\top}`],
    ["solve(W, u)", String.raw`W^{-1} \, u`],
    ["u*v", String.raw`u \odot v`],
    ["sum(u^2)/2", String.raw`\frac{1}{2} \sum u^{2}`],
    ["sum(W, 0)", String.raw`\sum_{\text{axis } 0} W`],
    ["(sum(u) + 1)*sum(v)", String.raw`\left(\sum u + 1\right) \, \sum v`],
    ["sum(u)*q", String.raw`\left(\sum u\right) \, q`],
    ["q*sum(u)*p", String.raw`\left(q \, \sum u\right) \, p`],
    ["u[0]^2", "u_{0}^{2}"],
    ["q1[0]", String.raw`\left(q_{1}\right)_{0}`],
    ["W[:, 1]", "W_{:, 1}"],
    ["sqrt(abs(q))", String.raw`\sqrt{\left|q\right|}`],
    ["exp(-q)", "e^{-q}"],
    ["sigmoid(q)*softplus(p)", String.raw`\sigma\left(q\right) \, \operatorname{softplus}\left(p\right)`],
    ["where(q < 0, x, y)", String.raw`\begin{cases} x & \text{if } q < 0 \\ y & \text{otherwise} \end{cases}`],
    ["[1, 0.5]*u[:2]", String.raw`\begin{bmatrix} 1 \\ 0.5 \end{bmatrix} \odot u_{:2}`],
    ["[[1, 2], [3, 1/0]] @ u[1:]", String.raw`\begin{bmatrix} 1 & 2 \\ 3 & \infty \end{bmatrix} \, u_{1:}`],
    ["shift(u, 1, 'no-flux')", String.raw`\operatorname{shift}\left(u, 1, \text{no-flux}\right)`],
  ])("%s", (text, expected) => {
    expect(latex(text)).toBe(expected);
  });

  test("long parts that are used again follow after where", () => {
    const part = "sqrt(q^2 + p^2 + x^2 + y^2 + k^2)";
    expect(latex(`${part}*mass - cos(${part})*xi_1`)).toBe(
      String.raw`\xi_{2} \, \mathrm{mass} - \cos\left(\xi_{2}\right) \, \xi_{1} \quad \text{where } ` +
        String.raw`\xi_{2} = \sqrt{q^{2} + p^{2} + x^{2} + y^{2} + k^{2}}`,
    );
  });

  test("names can be given", () => {
    expect(toLatex(parseFormula("mass*q", scope), { names: { mass: "m" } })).toBe(String.raw`m \, q`);
  });
});

describe("names", () => {
  test.each([
    ["q", "q"],
    ["mass", String.raw`\mathrm{mass}`],
    ["alpha", String.raw`\alpha`],
    ["Omega", String.raw`\Omega`],
    ["θ", String.raw`\theta`],
    ["q12", "q_{12}"],
    ["q_dot", String.raw`\dot{q}`],
    ["theta2_dot", String.raw`\dot{\theta}_{2}`],
    ["x_max", String.raw`x_{\mathrm{max}}`],
    ["W1_in", String.raw`W_{1,\mathrm{in}}`],
    ["tau_u", String.raw`\tau_{u}`],
    ["_x", String.raw`\mathrm{\_x}`],
    ["a__b", String.raw`\mathrm{a\_\_b}`],
  ])("%s", (name, expected) => {
    expect(nameToLatex(name).text).toBe(expected);
  });
});
