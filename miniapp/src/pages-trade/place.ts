/** Province, city and district in one line; a city that is a province of its own is named once. */
export function placeOf({ province, city, district }: { province: string, city: string, district: string }): string {
  return [province, ...(city === province ? [] : [city]), district].join(' ')
}
