"""What the package carries: secrets, code made at run time, what others wrote."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# secrets


@seed("secret-in-package")
def the_app_secret(files: Files) -> None:
    files.edit(
        "utils/request.js", "const BASE", "const APP_SECRET = '9d4c3f0a7b1e48529c6d0f3e5a7b8c21'\nconst BASE"
    )


@seed("secret-in-package", "booking")
def a_secret_in_minified_code(files: Files) -> None:
    files.edit(
        "common/vendor.js",
        '"use strict";',
        '"use strict";const y={appid:"wx5b90e7d31c64fa28",secret:"0b1f4e6a9c3d57820e4b6f8a1c3d5e70"};exports.conf=y;',
    )


@seed("secret-in-package", "content")
def a_private_key(files: Files) -> None:
    files.edit(
        "services/http.js",
        "const HOST",
        "export const KEY = `-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0BAQEFAASCBKcwggSjAgEAAoIBAQC7\n-----END PRIVATE KEY-----`\nconst HOST",
    )


@seed("secret-in-package", "club")
def keys_of_a_cloud(files: Files) -> None:
    files.edit(
        "lib/http.js",
        "var host",
        'var keys = { SecretId: "AKIDz8krbsJ5yKBZQpn74WFkmLPx3gnPhESA", SecretKey: "Gu5t9xGARNpq86cd98joQYCN3Cozk1qA" };\nvar host',
    )


@seed("secret-in-package", "taro")
def a_key_file(files: Files) -> None:
    files.write(
        "private.wx71d5a0c9e83b42f6.key",
        "-----BEGIN RSA PRIVATE KEY-----\nMIIEowIBAAKCAQEA0Z3VS5JJcds3xfn\n-----END RSA PRIVATE KEY-----\n",
    )


@seed("secret-in-package", "content")
def the_key_of_a_merchant(files: Files) -> None:
    files.edit(
        "services/http.js",
        "const HOST",
        "export const pay = { mchId: '1900006511', apiV3Key: 'Zc7TbqX2mWk9PfLr4VnYh6JdGs8Ae3Ru' }\nconst HOST",
    )


@twin("secret-in-package")
def a_digest_of_a_picture(files: Files) -> None:
    files.edit("data/goods.js", "{ id: 'g1', ", "{ id: 'g1', etag: '9d4c3f0a7b1e48529c6d0f3e5a7b8c21', ")


@twin("secret-in-package", "club")
def a_field_called_secret(files: Files) -> None:
    files.edit("lib/http.js", "var host", 'var secret = wx.getStorageSync("secret") || "";\nvar host')


@twin("secret-in-package", "content")
def a_public_key(files: Files) -> None:
    files.edit(
        "services/http.js",
        "const HOST",
        "export const KEY = `-----BEGIN PUBLIC KEY-----\nMIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8AMIIBCgKCAQEA0Z3VS5JJ\n-----END PUBLIC KEY-----`\nconst HOST",
    )


# code made at run time, what users write, pages of others


@seed("dynamic-code", also=("compiler-error",))
def a_function_from_a_text(files: Files) -> None:
    files.edit("pages/home/home.js", "onLoad() {", "onLoad() {\n    new Function('return 1')()")


@seed("dynamic-code", "club", also=("compiler-error",))
def eval_of_an_answer(files: Files) -> None:
    files.edit(
        "lib/http.js", "return resolve(answer.data);", "return resolve(eval('(' + answer.data + ')'));"
    )


@twin("dynamic-code", "booking")
def the_global_object_is_found(files: Files) -> None:
    files.edit(
        "common/vendor.js",
        '"use strict";',
        '"use strict";const y="undefined"!=typeof globalThis?globalThis:Function("return this")();exports.g=y;',
    )


@seed("web-view-open", also=("domain-unregistered",))
def a_page_shows_any_address(files: Files) -> None:
    files.page(
        "order/web/web",
        '<web-view src="{{url}}" />',
        "Page({\n  data: { url: '' },\n  onLoad(query) {\n    this.setData({ url: decodeURIComponent(query.url) })\n  }\n})\n",
        "网页",
    )
    files.add(
        "pages/agreement/agreement.wxml",
        '<navigator url="/order/web/web?url=https%3A%2F%2Fapi.shanyecha.com%2Frules">服务条款</navigator>\n',
    )


@seed("web-view-open", "booking")
def a_minified_page_shows_any_address(files: Files) -> None:
    files.page(
        "pages-book/web/index",
        '<web-view src="{{a}}"></web-view>',
        '"use strict";Page({data:{a:""},onLoad(e){this.setData({a:e.url})}});\n',
        "网页",
    )
    files.edit(
        "pages/mine/index.wxml",
        '<button class="p" open-type="contact"',
        '<navigator class="p" url="/pages-book/web/index?url=https://yuyue.shunshoulifa.com/help">帮助</navigator><button class="p" open-type="contact"',
    )


@twin("web-view-open")
def a_page_shows_one_address(files: Files) -> None:
    files.page(
        "order/web/web", '<web-view src="https://api.shanyecha.com/rules" />', "Page({})\n", "服务条款"
    )
    files.add("pages/agreement/agreement.wxml", '<navigator url="/order/web/web">服务条款</navigator>\n')


@seed("rich-text-open", "content")
def what_readers_wrote_is_shown_as_html(files: Files) -> None:
    files.edit(
        "reading/article/article.wxml", "<text>{{item.words}}</text>", '<rich-text nodes="{{item.words}}" />'
    )


@seed("rich-text-open", "content")
def a_comment_from_a_field_is_shown_as_html(files: Files) -> None:
    files.edit(
        "reading/write/write.wxml",
        '<button class="go"',
        '<rich-text nodes="{{words}}" />\n<button class="go"',
    )


@twin("rich-text-open", "content")
def an_article_of_ours_is_shown_as_html(files: Files) -> None:
    files.edit(
        "reading/article/article.wxml",
        "<view>{{article.body}}</view>",
        '<rich-text nodes="{{article.body}}" />',
    )


@twin("rich-text-open")
def the_description_of_goods_is_shown_as_html(files: Files) -> None:
    files.edit(
        "goods/detail/detail.wxml", "<view>{{goods.about}}</view>", '<rich-text nodes="{{goods.about}}" />'
    )
