exports.all = [1, 2, 3, 4].map(id => ({ id, title: `青石丛书第${id}卷`, price: 3900 + id, shelf: id % 2 + 1 }))
