"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("../../lib/store");
Page({
    data: { gifts: store_1.gifts },
    open: function (event) { wx.navigateTo({ url: "/packageMember/pages/gift/gift?id=" + event.currentTarget.dataset.id }); }
});
