import { useSession } from '@/stores/session'
import { report } from './feedback'
import { open } from './routes'

/** Opens a page that belongs to the customer, logging in first when needed. */
export async function openOwn(path: string) {
  try {
    await useSession().ensure()
    open(path)
  }
  catch (error) {
    report(error)
  }
}
