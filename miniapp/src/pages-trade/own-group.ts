import type { ApiError } from '@/api/errors'
import { t } from '@/i18n'
import { confirm } from '@/shared/feedback'

/** What else can be done when a group takes nobody more: true when the customer would rather open one of his own. */
export async function wantsOwnGroup(error: ApiError): Promise<boolean> {
  return error.details.can_open === true && await confirm(error.message, { title: t('checkout.group_closed'), yes: t('checkout.open_own'), no: t('common.later') })
}
