import type { Province } from '@/api/types'
import type { MessageKey } from '@/i18n'

export interface AddressForm {
  name: string
  phone: string
  region_code: string
  detail: string
  is_default: boolean
}

export type AddressField = 'name' | 'phone' | 'region_code' | 'detail'
export interface RegionNames { code: string, province: string, city: string, district: string }

/** What is wrong with each field; empty when the address can be sent. The server has the last word. */
export function check(form: AddressForm): Partial<Record<AddressField, MessageKey>> {
  const wrong: Partial<Record<AddressField, MessageKey>> = {}
  if (!form.name.trim())
    wrong.name = 'address.name_missing'
  if (!form.phone.trim())
    wrong.phone = 'address.phone_missing'
  else if (!/^1[3-9]\d{9}$/.test(form.phone.trim()))
    wrong.phone = 'address.phone_wrong'
  if (!form.region_code)
    wrong.region_code = 'address.region_missing'
  if (form.detail.trim().length < 2)
    wrong.detail = 'address.detail_missing'
  return wrong
}

/** The names along the way to a district's code. */
export function namesOf(regions: Province[], code: string): RegionNames | null {
  for (const province of regions) {
    for (const city of province.children) {
      const district = city.children.find(d => d.code === code)
      if (district)
        return { code, province: province.name, city: city.name, district: district.name }
    }
  }
  return null
}

const wordsOf = (text: string) => text.split(/[\s,，;；、]+/).filter(Boolean)
const LABELS = /(?:收货人|收件人|姓名|联系人|手机号码?|电话|联系电话|所在地区|地区|详细地址|收货地址|地址)[:：]?/g
const ENDING = /(?:特别行政区|维吾尔自治区|壮族自治区|回族自治区|自治区|自治州|地区|[省市盟区县旗])$/
const short = (name: string) => name.length > 2 ? name.replace(ENDING, '') : name

/** Reads name, phone, district and the rest out of a pasted address. What is not found is left out. */
export function parse(text: string, regions: Province[]): Partial<AddressForm> {
  let rest = text.replace(LABELS, ' ')
  const found: Partial<AddressForm> = {}

  const phone = /(?:\+?86[- ]?)?(1[3-9]\d)[- ]?(\d{4})[- ]?(\d{4})(?!\d)/.exec(rest)
  if (phone) {
    found.phone = `${phone[1]}${phone[2]}${phone[3]}`
    rest = rest.replace(phone[0], ' ')
  }

  const region = regionIn(rest, regions)
  if (region) {
    found.region_code = region.code
    // Name before the region, street after it, or the name as a word of its own behind.
    const ahead = wordsOf(rest.slice(0, region.start))
    const behind = wordsOf(rest.slice(region.end))
    const person = ahead.pop() ?? (behind.length > 1 ? takeName(behind) : undefined)
    if (person && person.length <= 10)
      found.name = person
    const detail = behind.join(' ')
    if (detail)
      found.detail = detail
    return found
  }

  const words = wordsOf(rest)
  const person = takeName(words)
  if (person)
    found.name = person
  if (words.length)
    found.detail = words.join(' ')
  return found
}

/** How names of places end. */
const PLACE = /[路街道巷弄号室楼栋座区园村镇乡城里院苑厦店场桥]$/

/** Removes and returns the word most like a name: two to four Chinese characters that do not end like a place. */
function takeName(words: string[]): string | undefined {
  const at = words.findIndex(word => /^[\u4E00-\u9FA5·]{2,4}$/.test(word) && !PLACE.test(word))
  return at < 0 ? undefined : words.splice(at, 1)[0]
}

/** The longest run "province city district" in the text; province or city may be missing or written short. */
function regionIn(text: string, regions: Province[]): { code: string, start: number, end: number } | null {
  let best: { code: string, start: number, end: number, score: number } | null = null
  for (const province of regions) {
    for (const city of province.children) {
      for (const district of city.children) {
        const names = [[province.name, short(province.name)], [city.name, short(city.name)], [district.name]]
        const spots = names.map(forms => forms.map(form => [text.indexOf(form), form.length] as const).find(([at]) => at >= 0))
        const own = spots[2]
        if (!own || (!spots[0] && !spots[1]))
          continue
        const all = spots.filter(spot => spot !== undefined)
        const score = all.reduce((sum, spot) => sum + spot[1], 0)
        if (!best || score > best.score)
          best = { code: district.code, start: Math.min(...all.map(spot => spot[0])), end: own[0] + own[1], score }
      }
    }
  }
  return best
}
