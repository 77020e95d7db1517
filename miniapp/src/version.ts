/** The version of this mini program, as its build said; what it does and reports goes by it. */
export const VERSION = import.meta.env.VITE_VERSION || '0.0.0-dev'
