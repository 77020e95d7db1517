"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("../../../lib/store");
Page({
    data: { gift: null },
    onLoad: function (query) {
        this.setData({ gift: store_1.gifts.filter(function (one) { return one.id === query.id; })[0] || store_1.gifts[0] });
    },
    take: function () {
        var done = store_1.spend(this.data.gift.points);
        wx.showModal({ title: done ? "兑换成功" : "积分不够", content: done ? "到店出示兑换码领取" : "再积一些就可以兑换了", showCancel: false });
    }
});
