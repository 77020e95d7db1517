"use strict";Object.defineProperty(exports,Symbol.toStringTag,{value:"Module"});const e=require("./services/core.js");App({onLaunch(){e.restore()}});
