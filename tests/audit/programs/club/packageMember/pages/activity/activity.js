"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("../../../lib/store");
Page({
    data: { activity: store_1.activities[0], signed: false },
    sign: function () {
        this.setData({ signed: true });
    }
});
