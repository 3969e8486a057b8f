/**
 * Imports a module that exists only in Node. The name travels in a variable so that bundlers for the browser leave it
 * alone: a page that only draws SVG needs neither the module nor a stand-in for it.
 */
export async function importInNode<Module>(name: string): Promise<Module> {
  return (await import(/* @vite-ignore */ /* webpackIgnore: true */ name)) as Module;
}
