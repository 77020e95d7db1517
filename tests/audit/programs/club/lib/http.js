"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.http = void 0;
var host = "https://m.jiangpanshudian.com";
exports.http = function (method, path, data) {
    return new Promise(function (resolve, reject) {
        wx.request({
            url: host + path, method: method, data: data,
            success: function (answer) { return resolve(answer.data); },
            fail: function (problem) {
                console.error("http", problem);
                reject(problem);
            }
        });
    });
};
