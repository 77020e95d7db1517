/** What a mini program event carries. The components' events are typed as a browser's, which have another `detail`. */
export function detailOf<T>(event: unknown): T {
  return (event as { detail: T }).detail
}
