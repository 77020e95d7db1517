"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("../../lib/store");
Page({
    data: { member: null, activities: [] },
    onShow: function () {
        this.setData({ member: store_1.member(), activities: store_1.activities });
    },
    points: function () { wx.navigateTo({ url: "/packageMember/pages/points/points" }); },
    activity: function () { wx.navigateTo({ url: "/packageMember/pages/activity/activity" }); }
});
