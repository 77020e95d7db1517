"use strict";const e=require("../../services/core.js");Page({data:{a:[]},onShow(){this.setData({a:e.bookings()})},e0(){wx.switchTab({url:"/pages/home/index"})}});
