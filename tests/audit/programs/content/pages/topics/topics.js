import { all } from '../../services/articles'

Page({
  data: { topics: [] },
  onLoad() {
    const topics = [...new Set(all().map((article) => article.topic))]
    this.setData({ topics: topics.map((name) => ({ name, article: all().find((one) => one.topic === name) })) })
  }
})
