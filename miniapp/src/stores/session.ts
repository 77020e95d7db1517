import type { Member } from '@/api/types'
import { defineStore } from 'pinia'
import { computed, ref } from 'vue'
import { api, authenticateWith } from '@/api/client'
import { ApiError, asApiError } from '@/api/errors'
import { config } from '@/config'
import { platform, PlatformUnavailable } from '@/platform'
import { forget, recall, remember } from '@/storage'
import { usePrivacy } from './privacy'

/** Who holds the phone. Nobody is asked to log in before something needs it; then it happens silently, after consent. */
export const useSession = defineStore('session', () => {
  const privacy = usePrivacy()
  const token = ref(recall<string>('token'))
  const member = ref<Member | null>(null)
  const loggedIn = computed(() => token.value !== null)
  let loggingIn: Promise<void> | null = null

  authenticateWith({ token: () => token.value, renew: login })

  /** Logs in; calls made meanwhile wait for the same login. Rejects with kind "refused" without consent. */
  function login(): Promise<void> {
    loggingIn ??= start().finally(() => loggingIn = null)
    return loggingIn
  }

  async function start() {
    token.value = null
    if (!await privacy.ask())
      throw new ApiError('refused')
    let code: string
    try {
      code = await platform.login()
    }
    catch (error) {
      // The platform cannot say who this is; PlatformUnavailable carries the words for the customer.
      throw error instanceof PlatformUnavailable ? new ApiError('rejected', error.message, 0, 'platform') : new ApiError('offline')
    }
    const answer = await api.post('/login', { body: { code } })
    token.value = answer.token
    member.value = answer.member
    remember('token', answer.token)
    await api.post('/privacy', { body: { version: config.privacyVersion, agreed: true } })
  }

  /** Makes sure somebody is logged in. */
  async function ensure() {
    if (!token.value)
      await login()
  }

  async function refresh() {
    member.value = await api.get('/me')
  }

  /** Forgets the customer on this phone; the server forgets the token as soon as it can be told. */
  async function logout() {
    try {
      if (token.value)
        await api.post('/logout')
    }
    catch (error) {
      // Offline: the token dies with this phone's copy of it, and expires on the server by itself.
      if (!asApiError(error).unanswered)
        throw error
    }
    finally {
      token.value = null
      member.value = null
      forget('token')
    }
  }

  return { token, member, loggedIn, ensure, login, refresh, logout }
})
