declare const __VERSION__: string

/** The version of the package, put here by the build. */
export const version: string = __VERSION__
