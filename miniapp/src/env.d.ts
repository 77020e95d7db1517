/// <reference types="vite/client" />
declare module '*.vue' {
  import type { DefineComponent } from 'vue'

  const component: DefineComponent
  export default component
}

interface ImportMetaEnv {
  /** Address of the storefront API, e.g. https://shop.example.com/api/v1 (mini programs; the H5 build reads config.json). */
  readonly VITE_API_BASE: string
  /** Appid of this mini program (mini programs; the H5 build reads config.json). */
  readonly VITE_PROGRAM: string
  /** Version of this mini program, e.g. 1.2.0; without one it is 0.0.0-dev. */
  readonly VITE_VERSION?: string
}

interface ImportMeta {
  readonly env: ImportMetaEnv
}
