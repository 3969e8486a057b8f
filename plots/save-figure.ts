import { InputError } from "../core/errors.js";
import type { Figure } from "./figure.js";
import { importInNode } from "./node-module.js";

/**
 * Writes a figure to a file, as SVG or PNG by the path's extension, and makes the folder where it is missing. The file
 * appears whole or not at all. Node only.
 * @throws InputError when the extension is neither `.svg` nor `.png`.
 */
export async function saveFigure(figure: Figure, path: string): Promise<void> {
  const kind = /\.(svg|png)$/i.exec(path)?.[1]?.toLowerCase();
  if (kind === undefined) {
    throw new InputError({
      field: "path",
      given: JSON.stringify(path),
      expected: "a file name that ends in .svg or .png",
    });
  }
  const content = kind === "svg" ? figure.svg() : await figure.png();
  const { mkdir, rename, rm, writeFile } = await importInNode<typeof import("node:fs/promises")>("node:fs/promises");
  const { dirname } = await importInNode<typeof import("node:path")>("node:path");
  await mkdir(dirname(path), { recursive: true });
  const temporary = `${path}.${globalThis.crypto.randomUUID()}.part`;
  try {
    await writeFile(temporary, content);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}
