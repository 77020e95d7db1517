import type { MessageKey } from '@/i18n'
import { asApiError } from '@/api/errors'
import { t } from '@/i18n'
import { brand } from '@/plan/brand'

/** What happened and what to do about it, in words for the customer. */
export function explain(caught: unknown): { title: string, hint: string } {
  const error = asApiError(caught)
  const own: Partial<Record<typeof error.kind, [MessageKey, MessageKey]>> = {
    offline: ['error.offline', 'error.offline_hint'],
    timeout: ['error.timeout', 'error.timeout_hint'],
    server: ['error.server', 'error.server_hint'],
    refused: ['error.refused', 'error.refused_hint'],
  }
  const keys = own[error.kind]
  return keys
    ? { title: t(keys[0]), hint: t(keys[1]) }
    : { title: error.message || t('error.rejected'), hint: t('error.rejected_hint') }
}

/** A dialog that says what went wrong and what to do. Silent when the customer himself said no or left. */
export function report(caught: unknown) {
  const error = asApiError(caught)
  if (error.kind === 'aborted' || error.kind === 'refused')
    return
  const { title, hint } = explain(error)
  uni.showModal({
    title: error.kind === 'rejected' ? t('error.rejected') : title,
    content: error.kind === 'rejected' ? title : hint,
    showCancel: false,
    confirmText: t('common.got_it'),
    confirmColor: brand.color,
  })
}

/** A question with two answers, or a statement with one (`no: null`); true when the customer confirms. */
export function confirm(content: string, options: { title?: string, yes?: string, no?: string | null } = {}): Promise<boolean> {
  return new Promise((resolve) => {
    uni.showModal({
      title: options.title ?? '',
      content,
      confirmText: options.yes ?? t('common.confirm'),
      showCancel: options.no !== null,
      cancelText: options.no ?? t('common.cancel'),
      confirmColor: brand.color,
      success: ({ confirm }) => resolve(confirm),
      fail: () => resolve(false),
    })
  })
}

/** A light word of success that leaves by itself. */
export function done(title: string) {
  uni.showToast({ title, icon: 'none', duration: 1500 })
}
