"use strict";
Component({
    properties: { tier: { type: String, value: "" } }
});
