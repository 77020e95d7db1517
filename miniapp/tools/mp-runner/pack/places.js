/** Where WeChat looks for `name`: beside the file, from the root, then among the npm packages of every folder above. */
export function placesOf(from, name) {
  const folders = from.split('/').slice(0, -1)
  const above = folders.map((_, index) => folders.slice(0, folders.length - index)).concat([[]])
  const fromRoot = name.startsWith('.') ? [] : [joined([], name)]
  return [joined(name.startsWith('/') ? [] : folders, name), ...fromRoot, ...above.map(folder => joined([...folder, 'miniprogram_npm'], name))]
}

function joined(folders, name) {
  const parts = [...folders]
  for (const part of name.split('/')) {
    if (part === '..')
      parts.pop()
    else if (part && part !== '.')
      parts.push(part)
  }
  return parts.join('/')
}
