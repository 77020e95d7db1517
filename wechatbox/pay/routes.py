"""WeChat Pay's addresses."""

from starlette.routing import Route

from wechatbox.pay import certificates, orders, refunds
from wechatbox.pay.guard import guarded

_BY_NUMBER = "/v3/pay/transactions/out-trade-no/{out_trade_no}"

routes = [
    Route("/v3/pay/transactions/jsapi", guarded(orders.place), methods=["POST"]),
    Route(_BY_NUMBER, guarded(orders.ask_by_number), methods=["GET"]),
    Route(_BY_NUMBER + "/close", guarded(orders.close), methods=["POST"]),
    Route("/v3/pay/transactions/id/{transaction_id}", guarded(orders.ask_by_transaction), methods=["GET"]),
    Route("/v3/refund/domestic/refunds", guarded(refunds.create), methods=["POST"]),
    Route("/v3/refund/domestic/refunds/{out_refund_no}", guarded(refunds.ask), methods=["GET"]),
    Route("/v3/certificates", guarded(certificates.listed), methods=["GET"]),
]
