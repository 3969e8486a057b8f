import { readFile, rename, rm, writeFile } from "node:fs/promises";
import { InputError } from "../../core/errors.js";
import { type Checkpoint, decodeCheckpoint, encodeCheckpoint } from "../../learning/training/index.js";

/** Writes to a temporary name and renames, so that the file is whole at any time. */
export async function writeWhole(path: string, contents: string | Uint8Array): Promise<void> {
  const temporary = `${path}.${process.pid}.partial`;
  try {
    await writeFile(temporary, contents);
    await rename(temporary, path);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** Keeps a checkpoint in a file. */
export const saveCheckpoint = (path: string, checkpoint: Checkpoint): Promise<void> =>
  writeWhole(path, encodeCheckpoint(checkpoint));

/** @throws InputError where there is no checkpoint to read */
export async function loadCheckpoint(path: string): Promise<Checkpoint> {
  const bytes = await readFile(path).catch(() => {
    throw new InputError({
      field: "--resume",
      given: `no readable file ${path}`,
      expected: "a checkpoint of an earlier run",
      remedy: "name it by --checkpoint FILE, or leave --resume out to start anew",
    });
  });
  return decodeCheckpoint(bytes);
}
