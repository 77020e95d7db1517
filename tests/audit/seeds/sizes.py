"""What weighs too much: packages, pictures, sounds."""

from __future__ import annotations

import random

from tests.audit.corpus import Files, seed, twin
from tests.audit.made import KB, noise, png


@seed("package-size", also=("package-size-advised", "media-total", "main-for-one-part"))
def the_main_package_has_over_two_megabytes(files: Files) -> None:
    files.write("utils/region.js", noise(2_200 * KB))
    files.add("app.js", "\nrequire('./utils/region.js')\n")


@seed("package-size", "club", also=("media-size", "media-total"))
def a_part_has_over_two_megabytes(files: Files) -> None:
    for number in range(12):
        files.write(f"packageMember/images/{number}.png", png(185 * KB))
    pictures = "".join(f'<image src="../../images/{number}.png" />' for number in range(12))
    files.add("packageMember/pages/points/points.wxml", pictures)


@seed("package-size", "booking", also=("package-size-advised",))
def a_vendor_file_has_over_two_megabytes(files: Files) -> None:
    files.add("common/vendor.js", noise(2_100 * KB))


@twin("package-size", also=("package-size-advised",))
def the_main_package_is_under_two_megabytes(files: Files) -> None:
    files.write("utils/region.js", noise(1_850 * KB))
    files.add("app.js", "\nrequire('./utils/region.js')\n")


@seed("package-size-advised")
def the_main_package_is_over_what_is_advised(files: Files) -> None:
    files.write("utils/region.js", noise(1_650 * KB))
    files.add("app.js", "\nrequire('./utils/region.js')\n")


@seed("package-size-advised", "booking")
def a_vendor_file_fills_the_main_package(files: Files) -> None:
    files.add("common/vendor.js", noise(1_700 * KB))


@twin("package-size-advised")
def a_part_may_be_larger(files: Files) -> None:
    files.write("order/cities.js", noise(1_650 * KB))
    files.edit(
        "order/address/address.js", "Page({", "const cities = require('../cities.js')\nPage({\n  cities,"
    )


@twin("package-size-advised", "booking")
def a_vendor_file_of_a_megabyte(files: Files) -> None:
    files.add("common/vendor.js", noise(1_000 * KB))


@seed("package-whole-size", also=("media-total",))
def the_whole_has_over_thirty_megabytes(files: Files) -> None:
    with files.json("app.json") as app:
        for part in range(17):
            app["subPackages"].append({"root": f"album{part}", "pages": ["show/show"]})
    for part in range(17):
        for number in range(10):
            files.write(f"album{part}/{number}.png", png(190 * KB))
        pictures = "".join(f'<image src="../{number}.png" />' for number in range(10))
        files.write(f"album{part}/show/show.js", "Page({})\n")
        files.write(f"album{part}/show/show.wxml", f"<view>画册</view>{pictures}\n")
        files.write(f"album{part}/show/show.json", "{}")
    doors = "".join(f'<navigator url="/album{part}/show/show">画册 {part}</navigator>' for part in range(17))
    files.add("pages/home/home.wxml", doors)


@seed("media-size", also=("media-total",))
def a_picture_of_300_kb(files: Files) -> None:
    files.write("static/banner.png", png(300 * KB))
    files.add("pages/home/home.wxml", '<image src="/static/banner.png" />\n')


@seed("media-size", "club", also=("media-total",))
def a_sound_of_a_quarter_megabyte(files: Files) -> None:
    files.write("audio/welcome.mp3", b"ID3\x04" + random.Random(1).randbytes(260 * KB))
    files.edit(
        "pages/club/club.js",
        "points: function",
        'greet: function () { var a = wx.createInnerAudioContext(); a.src = "/audio/welcome.mp3"; a.play(); },\n    points: function',
    )
    files.add("pages/club/club.wxml", '<button class="link" bindtap="greet">听店主问候</button>\n')


@seed("media-size", "booking", also=("media-total",))
def a_photograph_in_static(files: Files) -> None:
    files.write("static/store.jpg", b"\xff\xd8\xff\xe0" + random.Random(2).randbytes(240 * KB))
    files.edit(
        "pages/stores/index.wxml",
        '<view class="h">{{item.name}}</view>',
        '<image src="/static/store.jpg"></image><view class="h">{{item.name}}</view>',
    )


@twin("media-size")
def a_picture_of_150_kb(files: Files) -> None:
    files.write("static/banner.png", png(150 * KB))
    files.add("pages/home/home.wxml", '<image src="/static/banner.png" />\n')


@twin("media-size", "club")
def a_large_script_is_no_picture(files: Files) -> None:
    files.add("lib/store.js", noise(260 * KB))
