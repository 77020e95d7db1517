"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
var store_1 = require("./lib/store");
App({
    onLaunch: function () {
        store_1.begin();
    }
});
