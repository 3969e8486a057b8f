import { describe, expect, it } from "vitest";
import { escapeMarkup, fitText, formatNumber, splitSuperscripts, textWidth, wrapText } from "./text.js";

describe("text", () => {
  it("cuts superscripts out and gives them a true minus sign", () => {
    expect(splitSuperscripts("10^-3 m^2")).toEqual([
      { text: "10", raised: false },
      { text: "\u22123", raised: true },
      { text: " m", raised: false },
      { text: "2", raised: true },
    ]);
    expect(splitSuperscripts("x^n")).toEqual([{ text: "x^n", raised: false }]);
  });

  it("wraps and shortens to the width it is given", () => {
    const text = "the quick brown fox jumps over the lazy dog";
    const lines = wrapText(text, 13, 120);
    expect(lines.join(" ")).toBe(text);
    for (const line of lines) expect(textWidth(line, 13)).toBeLessThanOrEqual(120);
    expect(fitText("short", 13, 120)).toBe("short");
    const fitted = fitText(text, 13, 120);
    expect(fitted).toMatch(/^the quick.*\u2026$/);
    expect(textWidth(fitted, 13)).toBeLessThanOrEqual(120);
  });

  it.each([
    [0, "0"],
    [-0, "0"],
    [24, "24"],
    [-5, "\u22125"],
    [0.001, "0.001"],
    [85.8, "85.8"],
    [123456.78, "123457"],
    [3.23449e-9, "3.234\u00d710^-9"],
    [-1e-5, "\u22121\u00d710^-5"],
    [Number.NaN, "not a number"],
    [Number.NEGATIVE_INFINITY, "\u2212\u221e"],
  ])("writes %d as %s", (value, text) => {
    expect(formatNumber(value)).toBe(text);
  });

  it("escapes markup and drops what XML forbids", () => {
    expect(escapeMarkup(`<a b="c">'&\u0000\u0007\ud800</a>`)).toBe("&lt;a b=&quot;c&quot;&gt;&#39;&amp;&lt;/a&gt;");
    expect(escapeMarkup("θ\n😀")).toBe("θ\n😀");
  });
});
