"use strict";
Object.defineProperty(exports, "__esModule", { value: true });
exports.join = exports.gifts = exports.activities = exports.spend = exports.member = exports.begin = void 0;
var http_1 = require("./http");
var member = { joined: false, points: 120, tier: "书友" };
function begin() {
    var kept = wx.getStorageSync("member");
    if (kept)
        member = kept;
}
exports.begin = begin;
exports.member = function () { return member; };
exports.gifts = [
    { id: "bag", name: "帆布袋", points: 80, about: "到店凭兑换码领取" },
    { id: "mug", name: "马克杯", points: 200, about: "到店凭兑换码领取" }
];
exports.activities = [{ id: "talk", name: "作者见面会", at: "12 月 12 日 14:00", place: "江畔书店二楼" }];
exports.join = function (birthday) {
    member = { joined: true, points: member.points, tier: "书友", birthday: birthday };
    wx.setStorageSync("member", member);
    return http_1.http("POST", "/members", { birthday: birthday }).catch(function () { return null; });
};
exports.spend = function (points) {
    if (member.points < points)
        return false;
    member.points -= points;
    wx.setStorageSync("member", member);
    return true;
};
