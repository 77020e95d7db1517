"use strict";
Page({
    gifts: function () { wx.switchTab({ url: "/pages/gifts/gifts" }); }
});
