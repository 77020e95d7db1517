"use strict";exports.request=function(e){return new Promise(((t,n)=>{wx.request({...e,success:e=>e.statusCode<400?t(e.data):n(new Error(String(e.statusCode))),fail:n})}))};
