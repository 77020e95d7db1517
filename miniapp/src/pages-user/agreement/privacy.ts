export interface Section { title: string, paragraphs: string[] }

export const privacyZh: Section[] = [
  { title: '一、我们是谁，本政策讲什么', paragraphs: [
    '{brand}（下称“我们”）通过本小程序向您销售生鲜食品。本政策说明我们收集哪些信息、为什么收集、如何保管，以及您怎样查看、更正和撤回。',
    '在您点击“同意”之前，我们不收集、不上传，也不在您的手机上保存任何信息；选择“暂不同意”，您仍可浏览商品。',
  ] },
  { title: '二、我们收集的信息及用途', paragraphs: [
    '1. 微信登录标识（openid、unionid）：当您加入购物车、下单或查看订单时，用于确认是您本人。我们不会获取您的微信好友、聊天内容或朋友圈。',
    '2. 收货人姓名、手机号码、收货地址：由您填写，仅用于配送和与您联系送货事宜。',
    '3. 订单与支付结果：商品、数量、金额、支付状态，用于履行订单、售后和法律要求的账务保存。支付由微信支付完成，我们不接触您的银行卡号和支付密码。',
    '4. 手机号码：仅当您主动点击“绑定手机号”并在微信中同意后获取，用于订单联系。',
    '5. 使用记录：您打开的页面、浏览和搜索的商品、操作时间，以及随机生成的设备编号，用于改进商品陈列和服务。我们不收集您的位置、通讯录、剪贴板内容和键盘输入。',
    '6. 消息订阅：仅在您同意时，就一笔订单向您发送付款、发货等通知；一次同意只发送一条。',
  ] },
  { title: '三、信息的保存', paragraphs: [
    '您的信息保存在中华人民共和国境内的服务器上。订单和交易信息自交易完成之日起保存不少于三年；其他信息在实现上述目的所需的最短期限内保存，期满后删除或匿名化。',
    '登录凭据加密保存，传输使用加密连接，只有因工作需要的人员可以查看，每次查看和修改都有记录。',
  ] },
  { title: '四、信息的提供与共享', paragraphs: [
    '为完成您的订单，我们会把收货人姓名、电话和地址提供给承运的快递公司；向微信支付提交订单号、金额和登录标识以完成收款。除此之外，未经您单独同意，我们不向第三方提供您的个人信息，法律法规另有规定的除外。',
    '我们不出售个人信息，不用于第三方广告。',
  ] },
  { title: '五、您的权利', paragraphs: [
    '您可以在“我的”中查看订单、修改昵称、管理收货地址；在“设置”中清除缓存、退出登录、撤回对本政策的同意。撤回后，我们停止收集使用记录，并清除手机上保存的内容；撤回不影响此前基于同意已进行的处理，也不影响已成立的订单。',
    '如需查询、复制、更正、删除您的个人信息或注销账号，可通过“我的—联系客服”提出，我们将在十五个工作日内答复。',
  ] },
  { title: '六、未成年人', paragraphs: [
    '本小程序面向成年人。未满十四周岁的未成年人应由监护人操作；如我们发现在未取得监护人同意的情况下收集了其信息，将尽快删除。',
  ] },
  { title: '七、政策的更新', paragraphs: [
    '本政策如有实质变更，我们会在小程序中重新征求您的同意；在您同意之前，仍按您此前同意的版本处理您的信息。',
  ] },
]

export const privacyEn: Section[] = [
  { title: '1. Who we are and what this is about', paragraphs: [
    '{brand} (“we”) sells fresh food through this mini program. This policy says what we collect, why, how it is kept, and how you can see it, correct it and withdraw.',
    'Until you tap “Agree” we collect nothing, upload nothing and store nothing on your phone. If you decide not to agree, you can still look at the products.',
  ] },
  { title: '2. What we collect and what for', paragraphs: [
    '1. Your WeChat login identifier (openid, unionid): to know that it is you when you use the cart, order, or look at orders. We never see your contacts, chats or Moments.',
    '2. Recipient, phone number and delivery address: you type them; they are used to deliver and to reach you about the delivery.',
    '3. Orders and the outcome of payments: products, quantities, amounts and state, to fulfil orders, for after-sales and for the accounts the law requires. WeChat Pay handles the payment; we never see card numbers or passwords.',
    '4. Your phone number: only after you tap “Bind phone” and agree in WeChat; to reach you about orders.',
    '5. Usage: pages opened, products looked at and searched for, times, and a random device number; to improve the shop. We do not collect your location, address book, clipboard or keystrokes.',
    '6. Message subscriptions: only with your consent, one message per consent, about an order of yours.',
  ] },
  { title: '3. How it is kept', paragraphs: [
    'Your data is kept on servers in mainland China. Orders and transactions are kept for at least three years after completion; everything else for the shortest time its purpose needs, then erased or made anonymous.',
    'Login credentials are encrypted, connections are encrypted, only people whose work needs it can see your data, and every look and change is logged.',
  ] },
  { title: '4. Who receives it', paragraphs: [
    'The carrier receives the recipient, phone and address of your order. WeChat Pay receives the order number, the amount and your login identifier. Nobody else receives personal data without your separate consent, unless the law demands it.',
    'We do not sell personal data and do not use it for third-party advertising.',
  ] },
  { title: '5. Your rights', paragraphs: [
    'Under “Me” you can see orders, change your nickname and manage addresses; under “Settings” you can clear the cache, log out and withdraw your agreement. After that we stop recording usage and erase what is stored on the phone. Withdrawal does not undo what was done before, or orders already placed.',
    'To see, copy, correct or erase your data or to close your account, use “Me – Customer service”. We answer within fifteen working days.',
  ] },
  { title: '6. Children', paragraphs: ['This mini program is meant for adults. Children under fourteen need a guardian to use it; data collected without a guardian’s consent is erased as soon as we notice.'] },
  { title: '7. Changes', paragraphs: ['When this policy changes in substance, we ask for your agreement again; until you agree, the version you agreed to applies.'] },
]
