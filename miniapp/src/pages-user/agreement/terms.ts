import type { Section } from './privacy'

export const termsZh: Section[] = [
  { title: '一、服务内容', paragraphs: [
    '您在本小程序下单，即与{brand}就所购商品订立买卖合同。商品名称、规格、价格、配送范围和运费以下单页面展示为准。',
    '生鲜商品为天然产物，图片供参考，净含量以规格标注为准，允许合理误差。',
  ] },
  { title: '二、账号', paragraphs: [
    '您使用微信身份登录，无需另设密码。请妥善保管您的微信账号；以您的微信身份完成的操作视为您本人的操作。',
  ] },
  { title: '三、价格、库存与下单', paragraphs: [
    '加入购物车不代表锁定价格和库存，最终以提交订单时系统确认的为准。价格变动、库存不足或地区无法配送时，系统会在您付款前逐项提示。',
    '提交订单后请在十五分钟内付款，逾期订单自动取消，商品恢复销售。因系统显示明显错误（如价格少写小数位）产生的订单，我们将及时与您联系协商处理。',
  ] },
  { title: '四、支付与退款', paragraphs: [
    '订单通过微信支付付款，结果以微信支付的确认为准。订单取消或超时后才到账的款项，我们会原路退回。',
    '退款原路退回您的付款账户，到账时间以微信支付为准，通常为一至三个工作日。',
  ] },
  { title: '五、配送与收货', paragraphs: [
    '我们按您填写的地址配送。请核对收货人、电话和地址，并在送达时及时签收、开箱查看。发货十天后您未确认收货且未提出售后的，系统自动确认收货。',
  ] },
  { title: '六、售后', paragraphs: [
    '生鲜易腐商品不适用七日无理由退货。如收到的商品变质、破损、缺少或与描述不符，请在签收后二十四小时内联系客服并提供照片，核实后为您补发或退款。',
  ] },
  { title: '七、行为规范与责任', paragraphs: [
    '请勿利用程序漏洞、自动化工具或虚假信息下单，请勿干扰小程序的正常运行。违反的，我们可以取消相关订单并退还款项。',
    '因不可抗力、网络或第三方服务故障造成的延误，我们会尽力减少影响并及时告知，依法承担相应责任。',
  ] },
  { title: '八、法律适用与争议', paragraphs: [
    '本协议适用中华人民共和国法律。发生争议时双方先协商，协商不成的，可向消费者协会投诉，或向有管辖权的人民法院起诉。',
  ] },
]

export const termsEn: Section[] = [
  { title: '1. The service', paragraphs: [
    'An order in this mini program is a contract of sale between you and {brand}. Names, sizes, prices, delivery area and freight are those shown on the order page.',
    'Fresh food is a product of nature: pictures are examples, the net weight is the one stated with the size, within reasonable tolerance.',
  ] },
  { title: '2. Your account', paragraphs: ['You log in with WeChat; there is no separate password. Look after your WeChat account: what is done with it counts as done by you.'] },
  { title: '3. Prices, stock and ordering', paragraphs: [
    'The cart reserves neither price nor stock; both are settled when you submit the order. Changed prices, missing stock or areas we cannot reach are named before you pay.',
    'Please pay within fifteen minutes; after that the order is cancelled by itself. Where a price was plainly wrong, we contact you.',
  ] },
  { title: '4. Payment and refunds', paragraphs: [
    'Orders are paid with WeChat Pay, whose confirmation decides. Money that arrives after an order was cancelled is sent back the way it came.',
    'Refunds go back to the account that paid, usually within one to three working days.',
  ] },
  { title: '5. Delivery', paragraphs: ['We deliver to the address you gave. Please check it, accept the parcel and open it at once. Ten days after dispatch an order counts as received unless you reported a problem.'] },
  { title: '6. After-sales', paragraphs: ['Perishable food cannot be returned without a reason. If something is spoilt, broken, missing or not as described, contact customer service with a photo within twenty-four hours; we replace it or refund it.'] },
  { title: '7. Fair use and liability', paragraphs: [
    'Please do not order by exploiting faults, by automatic tools or with false data, and do not disturb the service. We may cancel such orders and refund them.',
    'For delays caused by force majeure, networks or third parties we do our best to limit the effect, tell you in time, and bear the responsibility the law puts on us.',
  ] },
  { title: '8. Law and disputes', paragraphs: ['The law of the People’s Republic of China applies. Disputes are settled by talking first, then by a consumer association or the competent court.'] },
]
