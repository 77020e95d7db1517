/** Calls wechatbox, which plays WeChat's part, in the name of the person who holds the phone. */
export async function boxed({ box, appid, user }, verb, body) {
  if (!box)
    return { ok: false, reason: 'no wechatbox: start serve.mjs with --box' }
  const response = await fetch(`/_box/${verb}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ appid, user, ...body }),
  })
  const answer = await response.json()
  return { ok: response.ok, answer, reason: (answer.errMsg ?? answer.error ?? '').replace(/^\w+:fail /, '') }
}
