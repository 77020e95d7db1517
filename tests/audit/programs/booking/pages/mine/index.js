"use strict";const e=require("../../common/vendor.js");Page({data:{a:0},onShow(){this.setData({a:e.bookings().length})},e0(){wx.navigateTo({url:"/pages-book/list/index"})}});
