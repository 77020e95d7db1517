"use strict";const e=require("../../common/vendor.js");Page({data:{a:[]},onShow(){this.setData({a:e.bookings()})},e0(){wx.switchTab({url:"/pages/home/index"})}});
