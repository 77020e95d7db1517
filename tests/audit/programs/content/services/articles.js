import { fetchJson } from './http'

const STORED = [
  { id: 'a1', title: '三月适合播什么', topic: '时令', body: '小葱、生菜、樱桃萝卜都可以直播，土温稳定在十度以上就能下种。' },
  { id: 'a2', title: '阳台土怎么配', topic: '土壤', body: '园土、椰糠、腐熟有机肥按五比三比二混合，浇透后静置一周再用。' },
  { id: 'a3', title: '番茄整枝的三个要点', topic: '技巧', body: '单干整枝，第一花穗以下的侧芽全部抹去，支架在定植当天立好。' }
]

export function all() {
  return STORED
}

export function one(id) {
  return STORED.find((article) => article.id === id) || STORED[0]
}

export function comments(id) {
  return fetchJson('GET', `/articles/${id}/comments`)
}

export function say(id, words) {
  // the server asks msgSecCheck and a person before anybody else sees it
  return fetchJson('POST', `/articles/${id}/comments`, { words })
}
