/** What WeChat Pay's cashier says: with outcome "show" what is to be paid, otherwise how it ended (`errMsg`). */
export interface CashierView {
  errMsg?: string
  /** In fen. */
  amount?: number
  merchant?: string
  description?: string
}

export type CashierOutcome = 'pay' | 'cancel' | 'wrong_password' | 'pay_silently'
