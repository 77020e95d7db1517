const counted = Behavior({ data: { seen: 0 }, lifetimes: { attached() { this.setData({ seen: 1 }) } } })
Component({
  behaviors: [counted, 'wx://component-export'],
  options: { multipleSlots: true },
  properties: { book: Object, price: String },
  observers: { 'book.title': function (title) { this.setData({ short: (title || '').slice(0, 12) }) } },
  methods: { open() { this.triggerEvent('open', { id: this.data.book.id }) } },
})
