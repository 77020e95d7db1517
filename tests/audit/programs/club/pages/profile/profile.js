"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("../../lib/store");
Page({
    data: { joined: false, birthday: "" },
    onShow: function () { this.setData({ joined: store_1.member().joined }); },
    pick: function (event) { this.setData({ birthday: event.detail.value }); },
    join: function () {
        var _this = this;
        store_1.join(this.data.birthday).then(function () { return _this.setData({ joined: true }); });
    },
    avatar: function (event) { this.setData({ avatar: event.detail.avatarUrl }); },
    leave: function () {
        wx.showModal({ title: "注销会员", content: "注销后积分清零，资料会全部删除", success: function (answer) { if (answer.confirm)
                wx.removeStorageSync("member"); } });
    }
});
