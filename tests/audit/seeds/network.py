"""Where the package talks to, and what it must not carry: domains, http, secrets, test servers."""

from __future__ import annotations

from tests.audit.corpus import Files, seed, twin

# url-local, url-insecure, resource-insecure, test-endpoint, domain-unregistered


@seed("url-local", also=("url-insecure", "domain-unregistered", "test-endpoint"))
def requests_go_to_localhost(files: Files) -> None:
    files.edit("utils/request.js", "https://api.shanyecha.com/v1", "http://localhost:8000/v1")


@seed("url-local", "booking", also=("url-insecure", "domain-unregistered", "test-endpoint"))
def requests_go_to_an_address_of_the_office(files: Files) -> None:
    files.edit("services/core.js", "https://yuyue.shunshoulifa.com/api", "http://192.168.3.21:9000/api")


@seed("url-local", "club", also=("domain-unregistered", "url-insecure", "test-endpoint"))
def requests_go_to_a_number(files: Files) -> None:
    files.edit("lib/http.js", "https://m.jiangpanshudian.com", "https://47.98.12.33")


@twin("url-local", "content")
def a_version_looks_like_an_address(files: Files) -> None:
    files.edit("services/http.js", "const HOST", "export const VERSION = '2.10.1.3'\nconst HOST")


@seed("url-insecure", also=("domain-unregistered",))
def requests_without_tls(files: Files) -> None:
    files.edit("utils/request.js", "https://api.shanyecha.com/v1", "http://api.shanyecha.com/v1")


@seed("url-insecure", "taro", also=("domain-unregistered",))
def a_socket_without_tls(files: Files) -> None:
    files.edit(
        "pages/about/index.js",
        'openType:"contact"},"联系老师")',
        'openType:"contact"},"联系老师"),r.h("button",{className:"btn",onClick:function(){wx.connectSocket({url:"ws://school.yizhiqi.cn/live"})}},"看对局")',
    )


@twin("url-insecure")
def the_name_of_a_namespace(files: Files) -> None:
    files.add(
        "pages/home/home.wxss",
        ".leaf { background-image: url(\"data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg'/%3E\"); }\n",
    )


@twin("url-insecure", "content")
def a_beginning_is_cut_off(files: Files) -> None:
    files.edit(
        "services/http.js",
        "const HOST",
        "export const bare = (link) => link.replace(/^http:\\/\\//, '').replace('http://', '')\nconst HOST",
    )


@seed("resource-insecure")
def a_picture_over_http(files: Files) -> None:
    files.add("pages/home/home.wxml", '<image src="http://img.shanyecha.com/banner.jpg" />\n')


@seed("resource-insecure", "club")
def a_picture_over_http_in_data(files: Files) -> None:
    files.edit("lib/store.js", 'id: "bag", ', 'id: "bag", cover: "http://img.jiangpanshudian.com/bag.png", ')
    files.edit(
        "pages/gifts/gifts.wxml", '<view class="name">', '<image src="{{item.cover}}" /><view class="name">'
    )


@twin("resource-insecure")
def a_picture_over_https(files: Files) -> None:
    files.add("pages/home/home.wxml", '<image src="https://api.shanyecha.com/banner.jpg" />\n')


@seed("test-endpoint", also=("domain-unregistered",))
def requests_go_to_a_test_server(files: Files) -> None:
    files.edit("utils/request.js", "https://api.shanyecha.com/v1", "https://test-api.shanyecha.com/v1")


@seed("test-endpoint", "booking", also=("domain-unregistered",))
def requests_go_to_a_dev_host(files: Files) -> None:
    files.edit(
        "services/core.js", "https://yuyue.shunshoulifa.com/api", "https://dev.yuyue.shunshoulifa.com/api"
    )


@seed("test-endpoint", "content", also=("domain-unregistered",))
def requests_go_through_a_tunnel(files: Files) -> None:
    files.edit("services/http.js", "https://garden.yangtaizhongcai.cn", "https://8f3a.ngrok.io")


@twin("test-endpoint", "club", also=("domain-unregistered",))
def a_host_whose_name_has_the_letters(files: Files) -> None:
    files.edit("lib/http.js", "https://m.jiangpanshudian.com", "https://www.latestbooks.com")


@seed("domain-unregistered")
def another_host_for_statistics(files: Files) -> None:
    files.edit(
        "pages/home/home.js",
        "onLoad() {",
        "onLoad() {\n    wx.request({ url: 'https://stat.chayetongji.com/collect', method: 'POST', data: { page: 'home' } })",
    )


@seed("domain-unregistered", "booking")
def the_main_host_is_not_registered(files: Files) -> None:
    files.declare(domains=frozenset({"api.shunshoulifa.com"}))


@seed("domain-unregistered", "taro")
def a_file_is_uploaded_elsewhere(files: Files) -> None:
    files.edit(
        "pages/about/index.js",
        'openType:"contact"},"联系老师")',
        'openType:"contact"},"联系老师"),r.h("button",{className:"btn",onClick:function(){wx.downloadFile({url:"https://cdn.yizhiqi.cn/map.pdf"})}},"下载路线图")',
    )


@twin("domain-unregistered")
def domains_are_not_known(files: Files) -> None:
    files.declare(domains=None)


@twin("domain-unregistered", "club")
def an_address_that_is_only_shown(files: Files) -> None:
    files.edit("pages/club/club.wxml", "到店消费一元积一分", "网上书店：https://shop.jiangpanshudian.com")


@seed("wechat-api-from-phone", also=("domain-unregistered", "secret-in-package"))
def the_phone_asks_wechat_for_the_openid(files: Files) -> None:
    files.edit(
        "utils/session.js",
        "success(answer) {",
        "success(answer) {\n        wx.request({ url: 'https://api.weixin.qq.com/sns/jscode2session?appid=wx3f1d0c52a7be9046&js_code=' + answer.code })",
    )


@seed("wechat-api-from-phone", "booking", also=("domain-unregistered", "secret-in-package"))
def the_phone_asks_for_a_token(files: Files) -> None:
    files.edit(
        "services/core.js",
        "function i(){",
        'function l(){return wx.request({url:"https://api.weixin.qq.com/cgi-bin/token?grant_type=client_credential"})}exports.token=l;function i(){',
    )
