/** The version of this package, for reports; a test keeps it equal to package.json. */
export const EQPROP_VERSION = "0.1.0";
