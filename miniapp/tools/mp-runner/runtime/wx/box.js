/** Calls wechatbox, which plays WeChat's part, in the name of the person who holds the phone. */
export async function boxed({ box, appid, user }, verb, body) {
  if (!box)
    return { ok: false, body: { message: 'no wechatbox: start serve.mjs with --box' } }
  const response = await fetch(`/_box/${verb}`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json' },
    body: JSON.stringify({ appid, user, ...body }),
  })
  return { ok: response.ok, body: await response.json() }
}
