// Tab icons in the brand's colour: PNGs with a palette, drawn in one green and white, get a palette in another colour.

import { Buffer } from 'node:buffer'

const DRAWN = '#087f45'
const SIGNATURE_BYTES = 8

/** The drawing with `color` instead of the green that build/tab-icons.py draws with; its white parts stay white. */
export function tinted(png, color) {
  if (color.toLowerCase() === DRAWN)
    return png
  const [from, to] = [channels(DRAWN), channels(color)]
  const result = Buffer.from(png)
  for (const { type, start, end } of chunks(result)) {
    if (type !== 'PLTE')
      continue
    for (let at = start; at < end; at += 3) {
      const white = Math.min(1, Math.max(0, (result[at] - from[0]) / (255 - from[0])))
      to.forEach((value, channel) => result[at + channel] = Math.round(value + (255 - value) * white))
    }
    result.writeUInt32BE(checksum(result.subarray(start - 4, end)), end)
  }
  return result
}

function channels(color) {
  return [1, 3, 5].map(at => Number.parseInt(color.slice(at, at + 2), 16))
}

function* chunks(png) {
  for (let at = SIGNATURE_BYTES; at < png.length;) {
    const start = at + 8
    const end = start + png.readUInt32BE(at)
    yield { type: png.toString('latin1', at + 4, start), start, end }
    at = end + 4
  }
}

/** CRC-32 as PNG wants it; Node has its own only since 20.15. */
function checksum(bytes) {
  let crc = 0xFFFFFFFF
  for (const byte of bytes) {
    crc ^= byte
    for (let bit = 0; bit < 8; bit++)
      crc = crc & 1 ? (crc >>> 1) ^ 0xEDB88320 : crc >>> 1
  }
  return (crc ^ 0xFFFFFFFF) >>> 0
}
