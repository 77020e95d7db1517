import type { Buffer } from 'node:buffer'

export function tinted(png: Buffer, color: string): Buffer
