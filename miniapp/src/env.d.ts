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
}

interface ImportMeta {
  readonly env: ImportMetaEnv
}
