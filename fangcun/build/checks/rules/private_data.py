"""Which interface reads which kind of personal data, by the words of WeChat's privacy guideline.

The kinds and their interfaces are those of the official page on what the guideline contains; the names on the left
are the blueprint's capabilities where it has one, else WeChat's own `privacy_key` in lower case.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of personal data. `keys` are WeChat's words for it; any one of `meant` declares it."""

    name: str
    chinese: str
    keys: frozenset[str]
    apis: frozenset[str]
    scopes: frozenset[str] = frozenset()
    open_types: frozenset[str] = frozenset()
    tags: frozenset[str] = frozenset()
    meant: frozenset[str] = frozenset()


def _kind(name: str, chinese: str, keys: str, apis: str, **more: str) -> Kind:
    return Kind(
        name,
        chinese,
        frozenset(keys.lower().split()),
        frozenset(apis.split()),
        **{field: frozenset(words.split()) for field, words in more.items()},
    )


KINDS: Final = (
    _kind("userinfo", "昵称和头像", "UserInfo", "getUserProfile", open_types="chooseAvatar getUserInfo"),
    _kind(
        "location",
        "位置信息",
        "Location",
        "getLocation getFuzzyLocation startLocationUpdate startLocationUpdateBackground onLocationChange",
        scopes="scope.userLocation scope.userFuzzyLocation scope.userLocationBackground",
        open_types="",
    ),
    _kind("chooselocation", "选择的位置", "ChooseLocation", "chooseLocation choosePoi", meant="location"),
    _kind("address", "地址", "Address", "chooseAddress", scopes="scope.address"),
    _kind(
        "invoice",
        "发票信息",
        "Invoice",
        "chooseInvoiceTitle chooseInvoice",
        scopes="scope.invoiceTitle scope.invoice",
    ),
    _kind("phone", "手机号", "PhoneNumber", "", open_types="getPhoneNumber getRealtimePhoneNumber"),
    _kind("plate", "车牌号", "LicensePlate", "chooseLicensePlate"),
    _kind("run", "微信运动步数", "RunData", "getWeRunData", scopes="scope.werun"),
    _kind("album", "选中的照片或视频", "Album", "chooseImage chooseMedia chooseVideo", meant="camera"),
    _kind(
        "albumwriteonly",
        "相册（仅写入）",
        "AlbumWriteOnly",
        "saveImageToPhotosAlbum saveVideoToPhotosAlbum",
        scopes="scope.writePhotosAlbum",
        meant="album",
    ),
    _kind("file", "选中的文件", "MessageFile", "chooseMessageFile"),
    _kind(
        "record",
        "麦克风",
        "Record",
        "startRecord getRecorderManager joinVoIPChat",
        scopes="scope.record",
        tags="live-pusher voip-room",
    ),
    _kind(
        "camera",
        "摄像头",
        "Camera",
        "createVKSession createCameraContext",
        scopes="scope.camera",
        tags="camera live-pusher voip-room",
    ),
    _kind(
        "bluetooth",
        "蓝牙",
        "BlueTooth",
        "openBluetoothAdapter createBLEPeripheralServer",
        scopes="scope.bluetooth",
    ),
    _kind("contact", "通讯录（仅写入）", "Contact", "addPhoneContact", scopes="scope.addPhoneContact"),
    _kind(
        "calendar",
        "日历（仅写入）",
        "CalendarWriteOnly",
        "addPhoneCalendar addPhoneRepeatCalendar",
        scopes="scope.addPhoneCalendar",
    ),
    _kind("accelerometer", "加速传感器", "Accelerometer", "startAccelerometer"),
    _kind("compass", "磁场传感器", "Compass", "startCompass"),
    _kind("devicemotion", "方向传感器", "DeviceMotion", "startDeviceMotionListening"),
    _kind("gyroscope", "陀螺仪", "Gyroscope", "startGyroscope"),
    _kind("clipboard", "剪切板", "Clipboard", "setClipboardData getClipboardData"),
)

# app.json's requiredPrivateInfos knows these eight and no others.
REQUIRED: Final = frozenset(
    {
        "getFuzzyLocation",
        "getLocation",
        "onLocationChange",
        "startLocationUpdate",
        "startLocationUpdateBackground",
    }
    | {"chooseLocation", "choosePoi", "chooseAddress"}
)
# Of these the user's own place is read, which wants a sentence in permission["scope.userLocation"].
PLACE: Final = frozenset(
    {"getLocation", "onLocationChange", "startLocationUpdate", "startLocationUpdateBackground"}
)


def declares(kind: Kind, declared: frozenset[str]) -> bool:
    """Whether a list of declared purposes covers a kind of data."""
    words = {word.lower() for word in declared}
    return bool(words & ({kind.name, *kind.keys} | kind.meant | {api.lower() for api in kind.apis}))
