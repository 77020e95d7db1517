import { placesOf } from './places.js'

/**
 * Gives every page and component the components that it uses by their full names: those of app.json too, and those of npm packages.
 * What comes from a plugin is left out; the rest that can't be found is answered as [user, tag, name].
 */
export function findComponents(json, files) {
  const missing = []
  const isThere = name => files.includes(`${name}.wxml`) || (files.includes(`${name}.js`) && files.includes(`${name}.json`))
  for (const [user, config] of Object.entries(json)) {
    if (user === 'app')
      continue
    const found = {}
    const everywhere = Object.entries(json.app.usingComponents ?? {}).map(([tag, used]) => [tag, used, 'app'])
    for (const [tag, used, from] of [...everywhere, ...Object.entries(config.usingComponents ?? {}).map(([tag, used]) => [tag, used, user])]) {
      const name = used.includes('://') ? undefined : placesOf(from, used).flatMap(place => [place, `${place}/index`]).find(isThere)
      if (name && name !== user)
        found[tag] = `/${name}`
      else if (!name && !used.includes('://'))
        missing.push([user, tag, used])
    }
    config.usingComponents = found
  }
  return missing
}
