"use strict";require("./runtime"),require("./taro"),require("./common");App({onLaunch:function(){}});
