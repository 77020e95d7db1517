module.exports = [
  { id: 'g1', name: '明前龙井 50 克', amount: 16800, kind: '绿茶', about: '清明前采摘，一芽一叶，手工炒制。' },
  { id: 'g2', name: '正山小种 100 克', amount: 9800, kind: '红茶', about: '桐木关原料，松烟香，耐泡。' },
  { id: 'g3', name: '白毫银针 30 克', amount: 19900, kind: '白茶', about: '福鼎太姥山，三年陈。' },
  { id: 'g4', name: '陈皮普洱 120 克', amount: 12800, kind: '黑茶', about: '新会陈皮配勐海熟普。' }
]
