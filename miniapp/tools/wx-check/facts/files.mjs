import { closeSync, openSync, readdirSync, readFileSync, readSync, statSync } from 'node:fs'
import path from 'node:path'
import { Buffer } from 'node:buffer'

const KINDS = {
  script: ['js', 'wxs', 'mjs', 'cjs', 'ts'],
  template: ['wxml'],
  style: ['wxss', 'css'],
  json: ['json'],
  image: ['png', 'jpg', 'jpeg', 'gif', 'webp', 'svg', 'bmp', 'ico'],
  audio: ['mp3', 'm4a', 'aac', 'wav', 'ogg', 'flac', 'amr', 'wma', 'aiff', 'caf', 'ape'],
  video: ['mp4', 'mov', 'm4v', 'webm'],
  font: ['ttf', 'otf', 'woff', 'woff2', 'eot'],
  sourcemap: ['map'],
  key: ['pem', 'key', 'p12', 'pfx', 'jks', 'keystore', 'p8'],
}
const KIND_OF = new Map(Object.entries(KINDS).flatMap(([kind, endings]) => endings.map(ending => [ending, kind])))

/** Code of others: it is measured and its calls count, but its words and its style are not the enterprise's. */
const OTHERS = /(?:^|\/)(?:node_modules|node-modules|miniprogram_npm|uni_modules|npm|vendors?|third[-_]?party|tdesign[^/]*|vant[^/]*|@vant|weui[^/]*|wux[^/]*|iview|lin-ui|colorui|uview[^/]*|u-charts|ec-canvas|echarts|towxml|mp-html|wxParse)\/|(?:^|\/)(?:vendors?|taro|runtime|babelHelpers|polyfills?|chunk-vendors|regenerator-runtime|vue(?:\.runtime)?|react|lodash|dayjs|moment|md5|crypto-js|echarts|qrcode|weapp-qrcode|qqmap-wx-jssdk|jsencrypt|sm-crypto)(?:[.-][\w.-]*)?\.(?:js|wxml|wxss)$|\.min\.(?:js|css|wxss)$/i

/** Every file under `root`, with "/" and sorted: {file, bytes, kind, type, library}. */
export function listFiles(root) {
  return readdirSync(root, { recursive: true })
    .map(name => String(name).split(path.sep).join('/'))
    .filter(name => !/(?:^|\/)\.(?:git|svn|hg)\//.test(name) && statSync(path.join(root, name)).isFile())
    .sort()
    .map((file) => {
      const kind = KIND_OF.get(file.slice(file.lastIndexOf('.') + 1).toLowerCase()) ?? 'other'
      const full = path.join(root, file)
      return { file, bytes: statSync(full).size, kind, type: ['image', 'audio', 'video'].includes(kind) ? typeOf(full) : '', library: OTHERS.test(file) }
    })
}

/** What the first bytes say a picture or sound is; '' when they say nothing. */
function typeOf(full) {
  const head = Buffer.alloc(16)
  const handle = openSync(full, 'r')
  readSync(handle, head, 0, head.length, 0)
  closeSync(handle)
  const text = head.toString('latin1')
  if (text.startsWith('\x89PNG'))
    return 'png'
  if (text.startsWith('\xFF\xD8'))
    return 'jpeg'
  if (text.startsWith('GIF8'))
    return 'gif'
  if (text.startsWith('RIFF'))
    return text.slice(8, 12) === 'WEBP' ? 'webp' : 'wav'
  if (/^\s*<(?:\?xml|svg|!--)/.test(text))
    return 'svg'
  if (text.slice(4, 8) === 'ftyp')
    return 'mp4'
  return text.startsWith('ID3') ? 'mp3' : ''
}

/** {value} of a JSON file, or {error}; the byte order mark that some editors write is no fault. */
export function readJson(full) {
  try {
    return { value: JSON.parse(readFileSync(full, 'utf8').replace(/^\uFEFF/, '')) }
  }
  catch (error) {
    return { error: String(error.message).slice(0, 300) }
  }
}

/** Where the package of `folder` lies: the folder itself, or what project.config.json calls miniprogramRoot. Null when there is none. */
export function packageRoot(folder) {
  const has = (at, name) => statSync(path.join(at, name), { throwIfNoEntry: false })?.isFile()
  const inner = has(folder, 'project.config.json') ? readJson(path.join(folder, 'project.config.json')).value?.miniprogramRoot : undefined
  for (const at of inner ? [path.join(folder, inner), folder] : [folder]) {
    if (has(at, 'app.json'))
      return at
  }
  return null
}
